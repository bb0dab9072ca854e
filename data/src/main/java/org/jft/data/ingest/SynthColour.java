package org.jft.data.ingest;

import java.util.Locale;

/** Colours of drawn objects, 0..255. */
enum SynthColour {
    RED(220, 40, 40),
    BLUE(50, 90, 230),
    GREEN(50, 180, 60),
    YELLOW(235, 220, 50),
    PURPLE(150, 60, 200),
    CYAN(60, 210, 220),
    ORANGE(240, 140, 30),
    PINK(250, 150, 190);

    final int red;
    final int green;
    final int blue;

    SynthColour(int red, int green, int blue) {
        this.red = red;
        this.green = green;
        this.blue = blue;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
