package org.jft.eval.scaling;

import java.util.List;
import java.util.Map;

/**
 * How sure a fit is.
 *
 * @param level confidence level in (0, 1)
 * @param method what was resampled, in words
 * @param parameters interval of each parameter of the law
 * @param band interval of the law's value, from the smallest size to the farthest prediction, or
 *     {@link Bootstrap#BAND_REACH}
 */
public record Intervals(
        double level, String method, Map<String, Interval> parameters, List<BandPoint> band) {}
