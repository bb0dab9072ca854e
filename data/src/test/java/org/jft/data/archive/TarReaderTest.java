package org.jft.data.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {
    private static final String PYTHON =
            "import sys, tarfile; "
                    + "t = tarfile.open(sys.argv[1], 'w', format=getattr(tarfile, sys.argv[3])); "
                    + "t.add(sys.argv[2], '.'); t.close()";

    @TempDir private Path folder;

    /** Random files below a folder, by name; sizes around and far from the block size. */
    private Map<String, byte[]> files(Path below, Random random, boolean longNames)
            throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (int i = 0; i < 30; i++) {
            String name = "d%d/%d.jpg".formatted(i % 3, i);
            if (longNames && i % 5 == 0) {
                name = "d/" + "long-ä".repeat(4 + random.nextInt(30)) + i + ".jpg";
            }
            int size =
                    switch (random.nextInt(3)) {
                        case 0 -> 512 * random.nextInt(4);
                        case 1 -> 512 * random.nextInt(4) + 1;
                        default -> random.nextInt(5000);
                    };
            byte[] content = new byte[size];
            random.nextBytes(content);
            files.put(name, content);
            Path file = below.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        }
        return files;
    }

    private static void check(Path archive, Map<String, byte[]> expected, String hint)
            throws IOException {
        Map<String, byte[]> found = new TreeMap<>();
        try (ForwardFile file = ForwardFile.open(archive);
                PlacedReader reader = new PlacedReader()) {
            TarReader tar = new TarReader(file);
            TarReader.Member member;
            int count = 0;
            while ((member = tar.next(m -> m.length() % 2 == 0)) != null) {
                byte[] again = reader.read(archive, member.offset(), (int) member.length()).get();
                if (member.length() % 2 == 0) {
                    assertThat(member.content()).as(hint).isEqualTo(again);
                }
                found.put(member.name(), again);
                count++;
            }
            assertThat(count).as(hint).isEqualTo(expected.size());
        }
        assertThat(found.keySet()).as(hint).isEqualTo(expected.keySet());
        expected.forEach((name, bytes) -> assertThat(found.get(name)).as(hint).isEqualTo(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v7", "ustar", "oldgnu", "gnu", "pax"})
    void shouldReadWhatTheCommandTarWrites(String format) throws IOException {
        long seed = new Random().nextLong();
        boolean longNames = !List.of("v7", "ustar").contains(format);
        Path in = folder.resolve("in");
        Map<String, byte[]> files = files(in, new Random(seed), longNames);
        Path archive = folder.resolve("a.tar");
        Archives.tar(archive, in, "--format=" + format);
        check(archive, files, "seed=%d".formatted(seed));
        Archives.tar(archive, in, "--format=" + format, "--gzip");
        check(archive, files, "gzip, seed=%d".formatted(seed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"USTAR_FORMAT", "GNU_FORMAT", "PAX_FORMAT"})
    void shouldReadWhatPythonWrites(String format) throws IOException {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(f -> Files.isExecutable(Path.of(f, "python3"))),
                "no python3");
        long seed = new Random().nextLong();
        Path in = folder.resolve("in");
        Map<String, byte[]> files = files(in, new Random(seed), !format.startsWith("US"));
        Path archive = folder.resolve("a.tar");
        Archives.run(List.of("python3", "-c", PYTHON, archive.toString(), in.toString(), format));
        check(archive, files, "seed=%d".formatted(seed));
    }

    @Test
    void shouldSplitNamesThatUstarSplits() throws IOException {
        String name = "a".repeat(90) + "/" + "b".repeat(90) + "/1.jpg";
        Path file = folder.resolve("in").resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[] {1, 2, 3});
        Path archive = folder.resolve("a.tar");
        Archives.tar(archive, folder.resolve("in"), "--format=ustar");
        check(archive, Map.of(name, new byte[] {1, 2, 3}), "");
    }

    @Test
    void shouldCountLinksAsLeftAside() throws IOException {
        Path in = Files.createDirectories(folder.resolve("in"));
        Files.write(in.resolve("1.jpg"), new byte[600]);
        Files.createSymbolicLink(in.resolve("2.jpg"), Path.of("1.jpg"));
        Files.createLink(in.resolve("3.jpg"), in.resolve("1.jpg"));
        Path archive = folder.resolve("a.tar");
        Archives.tar(archive, in);
        try (ForwardFile file = ForwardFile.open(archive)) {
            TarReader tar = new TarReader(file);
            assertThat(tar.next(m -> false).name()).isEqualTo("1.jpg");
            assertThat(tar.next(m -> false)).isNull();
            assertThat(tar.leftAside()).isEqualTo(2);
        }
    }

    @Test
    void shouldNoticeEveryCutAndKeepTheWholeMembersBefore() throws IOException {
        Path in = Files.createDirectories(folder.resolve("in"));
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 4; i++) {
            byte[] content = new byte[1 + random.nextInt(1200)];
            Files.write(in.resolve("x".repeat(i == 2 ? 120 : 5) + i), content);
        }
        Path archive = folder.resolve("a.tar");
        Archives.tar(archive, in, "--format=pax", "-b1");
        byte[] whole = Files.readAllBytes(archive);
        int members = whole.length - 1024; // behind them lies the end mark, two blocks
        for (boolean gzip : new boolean[] {false, true}) {
            for (int length = 0; length <= whole.length; length += 1 + random.nextInt(40)) {
                byte[] cut = Arrays.copyOf(whole, length);
                Files.write(archive, gzip ? Archives.gzip(cut) : cut);
                boolean broken = false;
                int count = 0;
                try (ForwardFile file = ForwardFile.open(archive)) {
                    TarReader tar = new TarReader(file);
                    TarReader.Member member;
                    while ((member = tar.next(m -> false)) != null) {
                        count++;
                        assertThat(member.offset() + member.length()).isLessThanOrEqualTo(length);
                    }
                } catch (BrokenArchiveException e) {
                    broken = true;
                    assertThat(e.getMessage()).containsAnyOf("cut off", "ends at byte");
                }
                boolean ended = length == members + 512 || length == members + 1024;
                assertThat(broken)
                        .as("gzip=%s, length=%d, seed=%d", gzip, length, seed)
                        .isEqualTo(!ended);
                if (length >= members) {
                    assertThat(count).isEqualTo(4);
                }
            }
        }
    }

    @Test
    void shouldNameWhereAGzipStreamBreaksOff() throws IOException {
        Path in = Files.createDirectories(folder.resolve("in"));
        byte[] noise = new byte[200_000];
        new Random(1).nextBytes(noise);
        Files.write(in.resolve("1.jpg"), noise);
        Path archive = folder.resolve("a.tar.gz");
        Archives.tar(archive, in, "--gzip");
        byte[] whole = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> list(archive))
                .isInstanceOf(BrokenArchiveException.class)
                .hasMessageStartingWith("the gzip stream breaks off after ");
        Files.write(archive, Arrays.copyOf(whole, 5));
        assertThatThrownBy(() -> list(archive)).isInstanceOf(BrokenArchiveException.class);
    }

    @Test
    void shouldRefuseWhatIsNoTarAndSizesThatCannotBe() throws IOException {
        Path archive = folder.resolve("a.tar");
        Files.write(archive, "hello, this is a text and not an archive".repeat(40).getBytes());
        assertThatThrownBy(() -> list(archive)).hasMessageStartingWith("at byte 0: no tar header");
        Path in = Files.createDirectories(folder.resolve("in"));
        Files.write(in.resolve("1.jpg"), new byte[10]);
        Archives.tar(archive, in, "--format=gnu");
        byte[] bytes = Files.readAllBytes(archive);
        int header = 512; // behind the folder's
        Arrays.fill(bytes, header + 124, header + 136, (byte) 0);
        bytes[header + 124] = (byte) 0x80;
        bytes[header + 130] = 1; // 2^40 bytes, in binary
        Arrays.fill(bytes, header + 148, header + 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += bytes[header + i] & 0xff;
        }
        byte[] digits = "%06o\0 ".formatted(sum).getBytes();
        System.arraycopy(digits, 0, bytes, header + 148, digits.length);
        Files.write(archive, bytes);
        assertThatThrownBy(() -> list(archive))
                .hasMessageStartingWith("cut off within 1.jpg: ")
                .hasMessageEndingWith(" of 1,099,511,627,776 bytes are there");
    }

    @Test
    void shouldSurviveEveryMutation() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Path in = folder.resolve("in");
        files(in, random, true);
        Path archive = folder.resolve("a.tar");
        Archives.tar(archive, in, "--format=pax");
        byte[] whole = Files.readAllBytes(archive);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = whole.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Files.write(archive, bytes);
            try {
                list(archive);
            } catch (BrokenArchiveException e) {
                assertThat(e.getMessage()).as("seed=%d", seed).isNotBlank();
            }
        }
    }

    private static void list(Path archive) throws IOException {
        try (ForwardFile file = ForwardFile.open(archive)) {
            TarReader tar = new TarReader(file);
            while (tar.next(m -> m.length() < 1000) != null) {
                // only that it ends
            }
        }
    }
}
