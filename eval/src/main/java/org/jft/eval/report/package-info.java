/**
 * What a sweep leaves behind: {@code curve.json}, {@code curve.csv}, {@code curve.svg}, {@code
 * curve.png}, {@code residuals.svg}, {@code class-frequency.*} and {@code report.html}, all from
 * one {@link org.jft.eval.report.SweepReport}: one or more {@link
 * org.jft.eval.report.ReportSeries}, which {@link org.jft.eval.report.SeriesFits} makes of points.
 *
 * <p>Start at {@link org.jft.eval.report.ReportWriter}. Below it, one class per file; {@code
 * CurveChart} and {@code ResidualChart} draw {@code Trace}s with {@code Drawing} on a {@code
 * PlotArea}; {@code MetricText} and {@code Numbers} hold every decision about how a number is
 * written. The HTML page and the pictures need no script, no font and no file beside them.
 */
package org.jft.eval.report;
