package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Optional;

/**
 * Finds the parameters of one law from the points of a curve, every run counting the same.
 * Deterministic: equal curves give equal parameters. Stateless, so safe to share.
 */
public abstract sealed class CurveFitter
        permits LogLinearFitter, SaturatingPowerFitter, ProfiledRegression {
    /** Laws of the error that {@link #regression} fits, M1 to M4 and Zhai's, simplest first. */
    public static final List<String> REGRESSIONS =
            List.of(
                    PowerLaw.NAME,
                    SaturatingPower.NAME,
                    OffsetPower.NAME,
                    ShiftedPower.NAME,
                    SigmoidalPower.NAME);

    CurveFitter() {}

    /** Returns the fitter of {@link LogLinear}: closed form. */
    public static CurveFitter logLinear() {
        return new LogLinearFitter();
    }

    /** Returns the fitter of {@link SaturatingPower}: grid, then Levenberg-Marquardt in bounds. */
    public static CurveFitter saturatingPower(Residuals residuals) {
        return new SaturatingPowerFitter(residuals);
    }

    /**
     * Returns the fitter of a law by regression in logarithms: not least squares of anything, but
     * the better extrapolation on published losses.
     *
     * @param law one of {@link #REGRESSIONS}
     */
    public static CurveFitter regression(String law) {
        return new ProfiledRegression(
                switch (law) {
                    case PowerLaw.NAME -> new LawFamilies.Power();
                    case SaturatingPower.NAME -> new LawFamilies.Saturating();
                    case OffsetPower.NAME -> new LawFamilies.Offset();
                    case SigmoidalPower.NAME -> new LawFamilies.Sigmoidal();
                    case ShiftedPower.NAME -> new LawFamilies.Shifted();
                    default ->
                            throw new IllegalArgumentException(
                                    "no regression for the law "
                                            + law
                                            + ", only for "
                                            + REGRESSIONS);
                });
    }

    /** Returns the name of the law. */
    public abstract String law();

    /** Returns why the curve cannot be fitted at all, in one sentence; empty when it can. */
    public Optional<String> obstacle(Curve curve) {
        if (curve.sizes() < parameterCount()) {
            return Optional.of(
                    "the law's %d parameters need as many sizes; the curve has %d"
                            .formatted(parameterCount(), curve.sizes()));
        }
        return Optional.empty();
    }

    /** Fits the law; the curve must have no {@link #obstacle}. */
    public final Fit fit(Curve curve) {
        Optional<String> obstacle = obstacle(curve);
        checkArgument(obstacle.isEmpty(), "%s", obstacle.orElse(""));
        ScalingLaw law = solve(SizeMeans.of(curve, residuals()), curve.response());
        if (curve.sizes() == parameterCount()) {
            String note =
                    "%d sizes for %d parameters leave nothing to test the law with"
                            .formatted(curve.sizes(), parameterCount());
            return Fit.of(curve, law, this, new Verdict(false, note));
        }
        return Fit.of(curve, law, this, judge(curve, law));
    }

    abstract int parameterCount();

    abstract Residuals residuals();

    /** Returns the law that fits best; total: any means with enough sizes have one. */
    abstract ScalingLaw solve(SizeMeans means, Response response);

    /** Says whether the parameters of a solved law, with sizes to spare, are determined. */
    abstract Verdict judge(Curve curve, ScalingLaw law);

    record Verdict(boolean identified, String note) {
        static final Verdict IDENTIFIED = new Verdict(true, "");
    }
}
