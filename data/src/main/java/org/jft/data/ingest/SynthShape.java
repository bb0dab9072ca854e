package org.jft.data.ingest;

import java.util.Locale;

/**
 * Outlines of drawn objects, in a frame of x, y in [-1, 1] with y pointing down. Listed so that any
 * first few mix the families.
 */
enum SynthShape {
    CIRCLE(Family.ROUND) {
        @Override
        boolean contains(double x, double y) {
            return x * x + y * y <= 1;
        }
    },
    SQUARE(Family.ANGULAR) {
        @Override
        boolean contains(double x, double y) {
            return Math.max(Math.abs(x), Math.abs(y)) <= 0.85;
        }
    },
    CROSS(Family.BRANCHED) {
        @Override
        boolean contains(double x, double y) {
            double near = Math.min(Math.abs(x), Math.abs(y));
            return near <= 0.3 && Math.max(Math.abs(x), Math.abs(y)) <= 1;
        }
    },
    RING(Family.ROUND) {
        @Override
        boolean contains(double x, double y) {
            double squared = x * x + y * y;
            return squared <= 1 && squared >= 0.3;
        }
    },
    TRIANGLE(Family.ANGULAR) {
        @Override
        boolean contains(double x, double y) {
            return y <= 0.75 && Math.abs(x) <= (y + 1) / 1.75;
        }
    },
    STAR(Family.BRANCHED) {
        @Override
        boolean contains(double x, double y) {
            double turn = Math.atan2(x, -y) / (2 * Math.PI) * 5; // fifths of a turn
            double offPoint = Math.abs(turn - Math.rint(turn)) * 2; // 0 at a point, 1 between two
            return Math.hypot(x, y) <= 1 - 0.6 * offPoint;
        }
    },
    CRESCENT(Family.ROUND) {
        @Override
        boolean contains(double x, double y) {
            return x * x + y * y <= 1 && Math.hypot(x - 0.5, y) >= 0.8;
        }
    },
    DIAMOND(Family.ANGULAR) {
        @Override
        boolean contains(double x, double y) {
            return Math.abs(x) * 1.5 + Math.abs(y) <= 1;
        }
    },
    ARROW(Family.BRANCHED) {
        @Override
        boolean contains(double x, double y) {
            boolean head = y >= -1 && y <= 0 && Math.abs(x) <= y + 1;
            return head || y >= 0 && y <= 1 && Math.abs(x) <= 0.25;
        }
    },
    ELLIPSE(Family.ROUND) {
        @Override
        boolean contains(double x, double y) {
            return x * x + 4 * y * y <= 1;
        }
    },
    HEXAGON(Family.ANGULAR) {
        @Override
        boolean contains(double x, double y) {
            return Math.max(Math.abs(x) * 0.866 + Math.abs(y) * 0.5, Math.abs(y)) <= 0.85;
        }
    },
    TEE(Family.BRANCHED) {
        @Override
        boolean contains(double x, double y) {
            boolean bar = y >= -1 && y <= -0.45 && Math.abs(x) <= 1;
            return bar || Math.abs(y) <= 1 && Math.abs(x) <= 0.28;
        }
    };

    /** What shapes have in common; the top of the hierarchy. */
    enum Family {
        ROUND,
        ANGULAR,
        BRANCHED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Family family;

    SynthShape(Family family) {
        this.family = family;
    }

    abstract boolean contains(double x, double y);

    Family family() {
        return family;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
