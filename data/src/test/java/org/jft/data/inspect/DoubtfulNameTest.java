package org.jft.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jft.data.taxonomy.Taxonomy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DoubtfulNameTest {
    @ParameterizedTest
    @CsvSource({
        "2011, no letters",
        "--, no letters",
        "http://example, an address",
        "www.photos, an address",
        "photos.com, an address",
        "me@example.org, an address",
        "IMG_4711, a file's name",
        "beach.JPG, a file's name",
        "HASH(0x7f3a), program text",
        "&amp;, program text",
        "q, a single letter",
    })
    void shouldSayWhyANameIsDoubtful(String name, String reason) {
        assertThat(DoubtfulName.of(Taxonomy.flat(List.of("apple", name))))
                .containsExactly(new DoubtfulName(1, reason));
    }

    @ParameterizedTest
    @ValueSource(strings = {"apple pie", "3d printer", "\u72ac", "caf\u00e9 au lait", "t-shirt"})
    void shouldLetNamesPass(String name) {
        assertThat(DoubtfulName.of(Taxonomy.flat(List.of(name)))).isEmpty();
    }

    @Test
    void shouldFindNamesThatReadAlike() {
        Taxonomy taxonomy =
                Taxonomy.flat(List.of("ice cream", "Apple", "apples", "Ice-Cream", "icing", "s"));
        assertThat(DoubtfulName.of(taxonomy))
                .containsExactly(
                        new DoubtfulName(2, "reads like 'Apple'"),
                        new DoubtfulName(3, "reads like 'ice cream'"),
                        new DoubtfulName(5, "a single letter"));
    }
}
