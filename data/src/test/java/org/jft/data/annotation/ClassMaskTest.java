package org.jft.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ClassMaskTest {
    private final long seed = new Random().nextLong();

    @Test
    void shouldBeAGrayPngThatAnyoneReads() throws IOException {
        byte[] values = new byte[7 * 5];
        new Random(seed).nextBytes(values);
        ClassMask mask = ClassMask.of(7, 5, values);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(mask.png()));
        assertThat(image.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
        byte[] read = (byte[]) image.getRaster().getDataElements(0, 0, 7, 5, null);
        assertThat(read).as("seed=%d", seed).isEqualTo(values);
        assertThat(mask.values()).as("seed=%d", seed).isEqualTo(values);
    }

    @Test
    void shouldNumberClassesAnew() {
        byte[] values = {0, 1, 2, 3, (byte) 255};
        ClassMask mask = ClassMask.of(5, 1, values).withClasses(new int[] {7, -1, 0});
        assertThat(mask.values()).containsExactly(0, 8, 255, 1, 255);
        assertThat(mask.classes()).containsExactly(0, 7);
        assertThatThrownBy(() -> mask.withClasses(new int[3]))
                .hasMessage("a mask has the value 8, there are 3 classes");
        assertThatThrownBy(() -> ClassMask.of(5, 1, values).withClasses(new int[] {254, 0, 0}))
                .hasMessage("class 254 in a mask: it holds at most 254");
    }

    @Test
    void shouldRefuseWhatIsNoMask() throws IOException {
        ByteArrayOutputStream colours = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB), "png", colours);
        assertThatThrownBy(() -> IndexedPng.decode(colours.toByteArray()))
                .hasMessage("a mask has one channel of 8 bits, not 3 of 8");
        byte[] whole = ClassMask.of(9, 9, new byte[81]).png();
        assertThatThrownBy(() -> IndexedPng.decode(Arrays.copyOf(whole, 45)))
                .hasMessage("not a PNG: PNG: cut off after 45 bytes");
        byte[] broken = whole.clone();
        broken[42] ^= 0x55; // in the compressed pixels
        assertThatThrownBy(() -> IndexedPng.decode(broken))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("broken PNG");
        assertThatThrownBy(() -> new ClassMask(new byte[50])).hasMessageContaining("no PNG");
        assertThatThrownBy(() -> new Annotations(9, 8, List.of(), new ClassMask(whole)))
                .hasMessage("the mask of classes is not of an image of 9x8");
    }
}
