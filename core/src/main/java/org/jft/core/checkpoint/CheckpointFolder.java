package org.jft.core.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jft.core.failure.Category;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;

/** The checkpoints of one run, {@code step-000001200.zip}, newest last. */
public final class CheckpointFolder {
    private static final Pattern NAME = Pattern.compile("step-(\\d{9,})\\.zip");

    private final Path folder;
    private final int keep;

    /**
     * Opens a folder; it need not exist yet.
     *
     * @param keep newest checkpoints that survive a write
     */
    public CheckpointFolder(Path folder, int keep) {
        this.folder = folder;
        this.keep = keep;
    }

    /** Returns the file of a step. */
    public Path file(long step) {
        return folder.resolve("step-%09d.zip".formatted(step));
    }

    /** Returns the files, oldest first. */
    public List<Path> files() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> NAME.matcher(file.getFileName().toString()).matches())
                    .sorted((a, b) -> Long.compare(step(a), step(b)))
                    .toList();
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "%s: cannot be listed: %s".formatted(folder, e.getMessage()),
                    e);
        }
    }

    /** Returns the step a checkpoint file was written at. */
    public static long step(Path file) {
        Matcher matcher = NAME.matcher(file.getFileName().toString());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a checkpoint's name: " + file);
        }
        return Long.parseLong(matcher.group(1));
    }

    /**
     * Writes the checkpoint, then drops the oldest beyond those kept. Leaves what is ahead of it: a
     * worker that the job has gone on without may come late.
     */
    public void write(Checkpoint checkpoint) {
        Path written = file(checkpoint.state().step());
        CheckpointFile.write(written, checkpoint);
        List<Path> files = files();
        remove(files.subList(0, Math.max(0, files.indexOf(written) + 1 - keep)));
    }

    /** Drops what is ahead of a step: it was corrupt when the run went on from there. */
    public void removeAhead(long step) {
        remove(files().stream().filter(file -> step(file) > step).toList());
    }

    private static void remove(List<Path> files) {
        for (Path old : files) {
            try {
                Files.deleteIfExists(old);
            } catch (IOException e) {
                throw new JftException(
                        Category.ABORT_RUN,
                        "%s: cannot be removed: %s".formatted(old, e.getMessage()),
                        e);
            }
        }
    }

    /**
     * Reads the newest intact checkpoint. A corrupt one is passed over for the one before it; when
     * all are corrupt the newest one's problem is thrown, since starting over silently would lose
     * the run.
     *
     * @param warn hears of each checkpoint passed over
     */
    public Optional<Checkpoint> latest(Consumer<String> warn) {
        return latest(CheckpointFile::read, warn);
    }

    /** Reads the state alone of the newest checkpoint, as {@link CheckpointFile#readState} does. */
    public Optional<Checkpoint.State> latestState(Consumer<String> warn) {
        return latest(CheckpointFile::readState, warn);
    }

    private <T> Optional<T> latest(Function<Path, T> read, Consumer<String> warn) {
        List<Path> files = files();
        CorruptDataException first = null;
        for (int i = files.size() - 1; i >= 0; i--) {
            try {
                return Optional.of(read.apply(files.get(i)));
            } catch (CorruptDataException e) {
                warn.accept(e.getMessage());
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
        return Optional.empty();
    }
}
