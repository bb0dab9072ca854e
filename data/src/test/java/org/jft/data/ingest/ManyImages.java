package org.jft.data.ingest;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jft.data.shard.ShardLayout;

/** Any number of tiny images, an eighth of them copies, imported by a process of their own. */
final class ManyImages implements Source {
    private static final int IMAGE_BYTES = 64;

    /** The index of a shard is made in memory: shards as of 40,000 images. */
    private static final ImportOptions OPTIONS =
            new ImportOptions(
                    new SplitRule.AsListed(),
                    1,
                    ShrinkRule.NONE,
                    50,
                    0,
                    new ShardLayout(4 << 20, 1 << 20, 1 << 16),
                    false);

    private final int count;

    private ManyImages(int count) {
        this.count = count;
    }

    public static void main(String[] args) {
        ImportReport report =
                new Importer()
                        .run(
                                new ManyImages(Integer.parseInt(args[0])),
                                OPTIONS,
                                Path.of(args[1]),
                                System.out::println);
        System.out.println(report.splits().get(0).rows() + " rows");
    }

    @Override
    public int parts() {
        return 1;
    }

    @Override
    public Listing.Rest list(int part, Consumer<Entry> entries) {
        for (int i = 0; i < count; i++) {
            Entry.Claim claim = new Entry.Claim(List.of("all", "class %d".formatted(i % 100)), 1);
            entries.accept(
                    Entry.of(
                            "folder/%08d.png".formatted(i),
                            i,
                            new Entry.Place(0, i, 0),
                            List.of(claim),
                            null));
        }
        return Listing.Rest.NONE;
    }

    @Override
    public ImageBytes read(Entry entry) {
        long number = entry.place().offset();
        ByteBuffer image = ByteBuffer.allocate(IMAGE_BYTES);
        image.putLong(0x89504e470d0a1a0aL).putInt(13).putInt(0x49484452).putInt(300).putInt(200);
        image.putLong(40, number % 8 == 7 ? 7 : number);
        return image::array;
    }

    @Override
    public void identify(Consumer<String> lines) {
        lines.accept("%d tiny images".formatted(count));
    }
}
