package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jft.core.failure.ConfigException;
import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.Box;
import org.jft.data.annotation.Instance;
import org.jft.data.annotation.RunLengthMask;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.ShardLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocSourceTest {
    private static final String XML =
            """
            <annotation>
              <folder>VOC2007</folder><filename>1.jpg</filename><segmented/>
              <size><width>9</width><height>7</height><depth>3</depth></size>
              <object>
                <name>person</name><pose/><truncated/><difficult/>
                <bndbox><xmin>1</xmin><ymin>2.5</ymin><xmax>4.75</xmax><ymax>6</ymax></bndbox>
                <part><name>head</name>
                  <bndbox><xmin>3</xmin><ymin>3</ymin><xmax>4</xmax><ymax>4</ymax></bndbox></part>
              </object>
              <object>
                <name>dog</name><difficult>1</difficult>
                <bndbox><xmax>9</xmax><xmin>5</xmin><ymax>7</ymax><ymin>7</ymin></bndbox>
              </object>
            </annotation>
            """;

    @TempDir private Path folder;
    private int imports;

    @BeforeEach
    void makeFolder() throws IOException {
        for (String name : List.of("JPEGImages", "Annotations", "ImageSets/Main")) {
            Files.createDirectories(voc().resolve(name));
        }
    }

    private Path voc() {
        return folder.resolve("voc");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(voc().resolve(file).getParent());
        Files.writeString(voc().resolve(file), text);
    }

    private void image(String name, long seed) throws IOException {
        TestImages.write(voc().resolve("JPEGImages/" + name + ".png"), TestImages.png(seed));
    }

    /** A PNG with a palette of random colours. */
    private void mask(String file, int width, int height, int... values) throws IOException {
        byte[] palette = new byte[256 * 3];
        new Random(values.length).nextBytes(palette);
        BufferedImage image =
                new BufferedImage(
                        width,
                        height,
                        BufferedImage.TYPE_BYTE_INDEXED,
                        new IndexColorModel(8, 256, palette, 0, false));
        image.getRaster().setPixels(0, 0, width, height, values);
        TestImages.write(voc().resolve(file), TestImages.encode(image, "png"));
    }

    private VocSource source(String train, String test) {
        return new VocSource(voc(), train, test, null);
    }

    private ImportReport run(Source source) {
        return run(source, 1, 0, folder.resolve("out"));
    }

    private static ImportReport run(Source source, long minImages, double maxQuarantine, Path out) {
        ImportOptions options =
                new ImportOptions(
                        new SplitRule.AsListed(),
                        minImages,
                        ShrinkRule.NONE,
                        50,
                        maxQuarantine,
                        ShardLayout.DEFAULT,
                        false);
        return new Importer().run(source, options, out, line -> {});
    }

    @Test
    void shouldReadFractionsEmptyElementsAndPartsOfObjects() throws IOException {
        image("1", 1);
        write("Annotations/1.xml", XML);
        run(source(null, null));
        try (DataSet data = DataSet.open(folder.resolve("out"))) {
            assertThat(data.taxonomy().names()).containsExactly("dog", "person"); // VOC's order
            List<Instance> objects = data.annotations(0).orElseThrow().instances();
            assertThat(objects).extracting(Instance::classId).containsExactly(1, 0);
            // pixels are counted from 1, and the last belongs to the box
            assertThat(objects.get(0).box()).isEqualTo(new Box(0, 1.5f, 4.75f, 4.5f));
            assertThat(objects.get(1).box()).isEqualTo(new Box(4, 6, 5, 1));
            assertThat(objects).extracting(Instance::difficult).containsExactly(false, true);
            assertThat(objects.get(1).area()).isEqualTo(5);
        }
        assertThat(new Verifier(folder.resolve("out").toString()).run().problems()).isEmpty();
    }

    @Test
    void shouldReadClassesAndObjectsOfPixels() throws IOException {
        image("1", 1);
        write("Annotations/1.xml", XML);
        int[] classes = new int[63];
        int[] objects = new int[63];
        classes[0] = 15; // person
        classes[1] = 12; // dog
        classes[62] = 255;
        objects[0] = 1;
        objects[62] = 255;
        mask("SegmentationClass/1.png", 9, 7, classes);
        mask("SegmentationObject/1.png", 9, 7, objects);
        run(source(null, null));
        try (DataSet data = DataSet.open(folder.resolve("out"))) {
            Annotations annotations = data.annotations(0).orElseThrow();
            byte[] expected = new byte[63];
            expected[0] = 2; // class 1, person
            expected[1] = 1;
            expected[62] = (byte) 255;
            assertThat(annotations.mask().values()).isEqualTo(expected);
            assertThat(annotations.instances().get(0).mask())
                    .isEqualTo(new RunLengthMask(9, 7, new int[] {0, 1, 62}));
            assertThat(annotations.instances().get(0).area()).isEqualTo(1);
            assertThat(annotations.instances().get(1).mask()).isNull();
        }
    }

    @Test
    void shouldFindObjectsInMasksAlone() throws IOException {
        image("1", 1);
        write("class_names.txt", "_background_\nfirst\nsecond\n");
        int[] classes = new int[63];
        int[] objects = new int[63];
        for (int i = 10; i < 14; i++) {
            classes[i] = i < 12 ? 2 : i == 12 ? 1 : 255;
            objects[i] = 4;
        }
        mask("SegmentationClassPNG/1.png", 9, 7, classes);
        mask("SegmentationObjectPNG/1.png", 9, 7, objects);
        run(source(null, null));
        try (DataSet data = DataSet.open(folder.resolve("out"))) {
            assertThat(data.taxonomy().names()).containsExactly("first", "second");
            Instance object = data.annotations(0).orElseThrow().instances().get(0);
            assertThat(object.classId()).isEqualTo(1);
            assertThat(object.box()).isEqualTo(new Box(1, 1, 4, 1));
        }
    }

    @Test
    void shouldIgnorePixelsOfClassesThatAreLeftOut() throws IOException {
        for (int i = 0; i < 2; i++) {
            image("i" + i, i);
            int[] classes = new int[63];
            classes[0] = 15;
            classes[1] = i == 0 ? 12 : 0;
            mask("SegmentationClass/i" + i + ".png", 9, 7, classes);
        }
        run(source(null, null), 2, 0, folder.resolve("out"));
        try (DataSet data = DataSet.open(folder.resolve("out"))) {
            assertThat(data.taxonomy().names()).containsExactly("person");
            assertThat(data.annotations(0).orElseThrow().mask().values()).startsWith(1, -1, 0);
        }
    }

    @Test
    void shouldFollowImageSets() throws IOException {
        for (int i = 0; i < 4; i++) {
            image("i" + i, i);
            write("Annotations/i" + i + ".xml", XML);
        }
        write("ImageSets/Main/trainval.txt", "i2\ni0  1\n\n");
        write("ImageSets/Main/test.txt", "i3 -1\n");
        run(source("Main/trainval", "Main/test"));
        try (DataSet train = DataSet.open(folder.resolve("out/train"));
                DataSet test = DataSet.open(folder.resolve("out/test"))) {
            assertThat(train.locate(0)).endsWith("(JPEGImages/i2.png)");
            assertThat(train.rowCount()).isEqualTo(2);
            assertThat(test.locate(0)).endsWith("(JPEGImages/i3.png)");
        }
        assertThatThrownBy(() -> source("Main/none", null))
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith("none.txt: no such file");
        assertThatThrownBy(() -> source(null, "Main/test")).hasMessageContaining("needs --train");
    }

    @Test
    void shouldQuarantineImagesWhoseFilesAreBroken() throws IOException {
        assertQuarantined(
                "<truncated/>", "<truncated>", "1.xml: line 9, column 5: The element type");
        assertQuarantined("</annotation>", "", "1.xml: line 15, column 1: XML document structures");
        assertQuarantined("4.75", "four", "<bndbox/xmax> is 'four', no number");
        assertQuarantined("<xmax>4.75</xmax>", "", "the box of 'person' is missing or has no area");
        assertQuarantined("<name>dog</name>", "<name/>", "an object without a name");
        assertQuarantined("<width>9</width>", "<width>0</width>", "does not say its size");
        assertQuarantined("<width>9</width>", "<width>90</width>", "its annotations are of 90x7");
        assertQuarantined("annotation>", "html>", "<html>, not <annotation>");
        assertQuarantined(XML, "", "1.xml: line 1, column 1: ");
    }

    @Test
    void shouldRefuseDocumentTypesAndEntities() throws IOException {
        Path secret = folder.resolve("secret.txt");
        Files.writeString(secret, "dog");
        String type =
                "<!DOCTYPE annotation [<!ENTITY e SYSTEM \"%s\">]>\n".formatted(secret.toUri());
        assertQuarantined(
                "<annotation>", type + "<annotation>", "a document type, which is refused");
        assertQuarantined(
                "<name>dog</name>", "<name>&e;</name>", "1.xml: line 11, column 14: The entity");
    }

    @Test
    void shouldQuarantineImagesWhoseMasksDoNotFit() throws IOException {
        mask("SegmentationClass/1.png", 9, 7, fill(63, 21));
        assertQuarantined("", "", "a pixel has the value 21, there are 20 classes");
        mask("SegmentationClass/1.png", 7, 9, fill(63, 3));
        assertQuarantined("", "", "the mask of classes is not of an image of 9x7");
        mask("SegmentationClass/1.png", 9, 7, fill(63, 3));
        mask("SegmentationObject/1.png", 9, 7, fill(63, 3));
        assertQuarantined("", "", "its mask has an object 3, its XML file 2 objects");
        write("SegmentationObject/1.png", "no picture, but long enough to be one");
        assertQuarantined("", "", "SegmentationObject/1.png: not a PNG: ");
        Files.delete(voc().resolve("SegmentationClass/1.png"));
        Files.delete(voc().resolve("SegmentationObject/1.png"));
        assertQuarantined(null, null, "has neither objects nor masks");
    }

    private static int[] fill(int count, int value) {
        int[] values = new int[count];
        Arrays.fill(values, value);
        return values;
    }

    /** A good image keeps the set from being empty. */
    private void assertQuarantined(String good, String bad, String reason) throws IOException {
        image("1", 1);
        image("2", 2);
        write("Annotations/2.xml", XML);
        if (good == null) {
            Files.deleteIfExists(voc().resolve("Annotations/1.xml"));
        } else {
            assertThat(XML).contains(good);
            write("Annotations/1.xml", good.isEmpty() ? XML : XML.replace(good, bad));
        }
        Path out = folder.resolve("out" + imports++);
        ImportReport report = run(source(null, null), 1, 1, out);
        assertThat(report.quarantined()).as(reason).isEqualTo(1);
        assertThat(out.resolve("quarantine.tsv"))
                .content()
                .contains("JPEGImages/1.png\t0\t")
                .contains(reason);
    }
}
