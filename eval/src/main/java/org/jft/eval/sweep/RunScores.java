package org.jft.eval.sweep;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.eval.transfer.classification.ClassScores;
import org.jft.eval.transfer.classification.Mistake;

/**
 * What a run's checkpoint scored on a held-out set.
 *
 * @param metrics by name
 * @param byClass empty where an earlier version scored it, which kept metrics alone
 * @param mistakes hardest first
 */
record RunScores(
        Map<String, Double> metrics, Optional<ClassScores> byClass, List<Mistake> mistakes) {}
