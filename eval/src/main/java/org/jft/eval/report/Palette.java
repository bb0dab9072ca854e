package org.jft.eval.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The colours of pictures: on white in their files, and what stands for each on a dark page. Those
 * of series are from the palette of Okabe and Ito, told apart by colour-blind readers too.
 */
final class Palette {
    static final String GROUND = "#ffffff";
    static final String BEYOND = "#f6f8fa";
    static final String INK = "#1f2328";
    static final String QUIET = "#59636e";
    static final String GRID = "#e6e9ed";
    static final String BLUE = "#0072b2";
    static final String VERMILION = "#d55e00";
    static final String GREEN = "#009e73";

    private static final List<String> SERIES =
            List.of(BLUE, VERMILION, GREEN, "#cc79a7", "#56b4e9", "#e69f00", "#7a5c00");

    private static final Map<String, String> DARK = new LinkedHashMap<>();

    static {
        DARK.put(GROUND, "#0d1117");
        DARK.put(BEYOND, "#161b22");
        DARK.put(INK, "#e6edf3");
        DARK.put(QUIET, "#9198a1");
        DARK.put(GRID, "#262c34");
        DARK.put(BLUE, "#4aa8e0");
        DARK.put(VERMILION, "#f0883e");
        DARK.put(GREEN, "#2ec99a");
        DARK.put("#cc79a7", "#d98fb8");
        DARK.put("#56b4e9", "#79c7f2");
        DARK.put("#e69f00", "#f2b52e");
        DARK.put("#7a5c00", "#c9a227");
    }

    private Palette() {}

    /** Returns the colour of a series by its place; they begin again after the seventh. */
    static String series(int index) {
        return SERIES.get(index % SERIES.size());
    }

    /** Returns rules that give the pictures inside a page their dark colours. */
    static String darkRules() {
        StringBuilder css = new StringBuilder();
        DARK.forEach(
                (light, dark) -> {
                    css.append("  svg [fill=\"%s\"] { fill: %s; }\n".formatted(light, dark));
                    css.append("  svg [stroke=\"%s\"] { stroke: %s; }\n".formatted(light, dark));
                });
        return css.toString();
    }
}
