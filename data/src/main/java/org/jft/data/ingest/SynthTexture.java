package org.jft.data.ingest;

import java.util.Locale;

/** Light and dark parts of a drawn object, in its own frame. */
enum SynthTexture {
    SOLID {
        @Override
        boolean isDark(double x, double y) {
            return false;
        }
    },
    STRIPED {
        @Override
        boolean isDark(double x, double y) {
            return Math.floorMod((int) Math.floor(y * 2.5), 2) == 1;
        }
    },
    CHECKED {
        @Override
        boolean isDark(double x, double y) {
            return Math.floorMod((int) Math.floor(x * 2.5) + (int) Math.floor(y * 2.5), 2) == 1;
        }
    },
    HOLLOW {
        @Override
        boolean isDark(double x, double y) {
            return x * x + y * y <= 0.2;
        }
    };

    abstract boolean isDark(double x, double y);

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
