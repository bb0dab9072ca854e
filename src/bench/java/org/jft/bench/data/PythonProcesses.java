package org.jft.bench.data;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jft.bench.Contender;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * A Python loader, in as many processes as ours has threads, as PyTorch's DataLoader runs them.
 * Each reads its share of the files into memory, says what it is, and then decodes all of them for
 * each line that it is sent.
 */
final class PythonProcesses implements Contender, AutoCloseable {
    private static final String PYTHON =
            System.getenv().getOrDefault("JFT_PYTHON", "python3"); // who has the packages

    /** argv: pillow or torchvision, side of the crop, files. */
    private static final String PROGRAM =
            """
            import io, math, random, sys
            kind, side, names = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
            from PIL import Image
            import PIL
            files = [open(name, 'rb').read() for name in names]
            if kind == 'torchvision':
                import torch, torchvision
                from torchvision import transforms
                torch.set_num_threads(1)
                crop = transforms.Compose([
                    transforms.RandomResizedCrop(side), transforms.RandomHorizontalFlip(),
                    transforms.PILToTensor()])
                version = 'torchvision ' + torchvision.__version__
                def decode(file):
                    return crop(Image.open(io.BytesIO(file)).convert('RGB'))
            else:
                import numpy
                version = 'Pillow ' + PIL.__version__
                def box(width, height):
                    for _ in range(10):
                        area = random.uniform(0.08, 1) * width * height
                        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
                        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
                        if 0 < w <= width and 0 < h <= height:
                            x, y = random.randint(0, width - w), random.randint(0, height - h)
                            return x, y, x + w, y + h
                    return 0, 0, width, height
                def decode(file):
                    image = Image.open(io.BytesIO(file)).convert('RGB')
                    image = image.resize((side, side), Image.BILINEAR, box=box(*image.size))
                    if random.random() < 0.5:
                        image = image.transpose(Image.FLIP_LEFT_RIGHT)
                    return numpy.array(image)
            print(version, flush=True)
            for line in sys.stdin:
                for file in files:
                    decode(file)
                print('done', flush=True)
            """;

    private record Worker(Process process, BufferedWriter to, BufferedReader from) {}

    private final Path folder;
    private final int count;
    private final List<Worker> workers = new ArrayList<>();
    private String version;

    /**
     * Starts.
     *
     * @param kind pillow or torchvision
     * @throws JftException if Python or the package is not there; says what is missing
     */
    PythonProcesses(String kind, int side, List<byte[]> files, int processes) {
        count = files.size();
        folder = temporaryFolder();
        try {
            List<Path> paths = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                Path path = folder.resolve(String.format(Locale.ROOT, "%05d.jpg", i));
                paths.add(Files.write(path, files.get(i)));
            }
            for (int worker = 0; worker < processes; worker++) {
                workers.add(start(kind, side, share(paths, worker, processes)));
            }
            for (Worker worker : workers) {
                version = answer(worker, kind);
            }
        } catch (IOException e) {
            close();
            throw new JftException(
                    Category.ABORT_RUN, "%s does not run: %s".formatted(kind, e.getMessage()), e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("jft-bench-data");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> share(List<Path> files, int worker, int workers) {
        List<String> own = new ArrayList<>();
        for (int i = worker; i < files.size(); i += workers) {
            own.add(files.get(i).toString());
        }
        return own;
    }

    private static Worker start(String kind, int side, List<String> files) throws IOException {
        List<String> command = new ArrayList<>(List.of(PYTHON, "-c", PROGRAM, kind, "" + side));
        command.addAll(files);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new Worker(
                process,
                new BufferedWriter(
                        new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8)),
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
    }

    /** Returns a line; the last that is said if the process ends instead. */
    private static String answer(Worker worker, String kind) throws IOException {
        String line = worker.from().readLine();
        if (line == null || line.startsWith("Traceback")) {
            String last = line;
            for (String next = line; next != null; next = worker.from().readLine()) {
                last = next;
            }
            throw new JftException(Category.ABORT_RUN, "%s does not run: %s".formatted(kind, last));
        }
        return line;
    }

    /** Returns the package and its version. */
    String version() {
        return version;
    }

    @Override
    public double round() {
        long startNs = System.nanoTime();
        try {
            for (Worker worker : workers) {
                worker.to().write("\n");
                worker.to().flush();
            }
            for (Worker worker : workers) {
                answer(worker, version);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return count / ((System.nanoTime() - startNs) / 1e9);
    }

    @Override
    public void close() {
        workers.forEach(worker -> worker.process().destroy());
        try {
            MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
