package org.jft.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.jft.data.image.TestImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContactSheetTest {
    @TempDir private Path folder;

    @Test
    void shouldDrawEveryPixelOfEveryPictureWithTextBelow() throws IOException {
        List<SamplePicture> pictures =
                List.of(
                        picture(0xff0000, "one"),
                        picture(0x00ff00, "two"),
                        picture(0x0000ff, "three"));
        Path file = folder.resolve("sheet.png");
        new ContactSheet(2, 120).write("title", pictures, file);
        BufferedImage sheet = ImageIO.read(file.toFile());
        assertThat(count(sheet, 0xff0000)).isEqualTo(120 * 120);
        assertThat(count(sheet, 0x00ff00)).isEqualTo(120 * 120);
        assertThat(count(sheet, 0x0000ff)).isEqualTo(120 * 120);
        int[] red = first(sheet, 0xff0000);
        int[] green = first(sheet, 0x00ff00);
        int[] blue = first(sheet, 0x0000ff);
        assertThat(green[1]).isEqualTo(red[1]);
        assertThat(green[0]).isGreaterThanOrEqualTo(red[0] + 120);
        assertThat(blue[0]).isEqualTo(red[0]);
        assertThat(dark(sheet, red[0], red[1] + 120, 120, blue[1] - red[1] - 120)).isPositive();
        assertThat(dark(sheet, 0, 0, sheet.getWidth(), red[1])).isPositive(); // the title
    }

    @Test
    void shouldEnlargeSmallPicturesByAWholeFactor() {
        BufferedImage sheet = new ContactSheet(1, 28).draw("", List.of(picture(0xff0000, 28, "x")));
        assertThat(count(sheet, 0xff0000)).isEqualTo(28 * 4 * 28 * 4);
    }

    @Test
    void shouldDrawALabelLessAndAPictureLessSample() {
        SamplePicture bad = new SamplePicture(null, List.of("cannot be decoded"));
        SamplePicture bare = new SamplePicture(TestImages.plain(120, 120, 0xff0000), List.of());
        BufferedImage sheet = new ContactSheet(2, 120).draw("", List.of(bad, bare));
        assertThat(count(sheet, 0xff0000)).isEqualTo(120 * 120);
    }

    @Test
    void shouldWrapNamesAtCommasAndCountThoseThatDoNotFit() {
        FontMetrics metrics = metrics();
        int width = metrics.stringWidth("aaaa, bbbb, cccc,");
        assertThat(ContactSheet.wrap(List.of("aaaa", "bbbb"), metrics, width))
                .containsExactly("aaaa, bbbb");
        assertThat(ContactSheet.wrap(List.of("aaaa", "bbbb", "cccc", "dddd"), metrics, width))
                .containsExactly("aaaa, bbbb, cccc,", "dddd");
        List<String> many = IntStream.range(0, 30).mapToObj(i -> "name" + i).toList();
        List<String> lines = ContactSheet.wrap(many, metrics, width);
        assertThat(lines).hasSize(3);
        int shown = (int) lines.stream().flatMap(l -> List.of(l.split(" ")).stream()).count() - 1;
        assertThat(lines.get(2)).endsWith("+" + (30 - shown));
        assertThat(lines).allMatch(line -> metrics.stringWidth(line) <= width);
    }

    @Test
    void shouldCutANameThatIsWiderThanItsPicture() {
        FontMetrics metrics = metrics();
        String wide = "\ud83c\udf4e".repeat(40); // no half of a surrogate pair may stay
        assertThat(ContactSheet.wrap(List.of(wide), metrics, 100))
                .singleElement()
                .asString()
                .endsWith("\u2026")
                .matches("(\\x{1F34E})+\u2026");
    }

    private static FontMetrics metrics() {
        return new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB)
                .createGraphics()
                .getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    }

    private static SamplePicture picture(int rgb, String label) {
        return picture(rgb, 120, label);
    }

    private static SamplePicture picture(int rgb, int side, String label) {
        return new SamplePicture(TestImages.plain(side, side, rgb), List.of(label));
    }

    private static int count(BufferedImage image, int rgb) {
        int count = 0;
        for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
            count += rgb(image, i) == rgb ? 1 : 0;
        }
        return count;
    }

    private static int[] first(BufferedImage image, int rgb) {
        int at =
                IntStream.range(0, image.getWidth() * image.getHeight())
                        .filter(i -> rgb(image, i) == rgb)
                        .findFirst()
                        .orElseThrow();
        return new int[] {at % image.getWidth(), at / image.getWidth()};
    }

    private static int rgb(BufferedImage image, int at) {
        return image.getRGB(at % image.getWidth(), at / image.getWidth()) & 0xffffff;
    }

    /** Counts the pixels of a box that are far from white. */
    private static int dark(BufferedImage image, int x, int y, int width, int height) {
        int count = 0;
        for (int i = 0; i < width * height; i++) {
            int rgb = image.getRGB(x + i % width, y + i / width);
            count +=
                    (rgb & 0xff) < 0x80 && (rgb >> 8 & 0xff) < 0x80 && (rgb >> 16 & 0xff) < 0x80
                            ? 1
                            : 0;
        }
        return count;
    }
}
