package org.jft.bench;

import java.util.ArrayList;
import java.util.List;
import org.jft.core.cli.ProgressLine;

/** Two contenders taking turns: ours, peer, peer, ours, ..., so that drift hurts both alike. */
public final class Rounds {
    /** How both did. */
    public record Result(Rates ours, Rates peer) {}

    private Rounds() {}

    /**
     * Lets both work {@code rounds} times. Warming up is the caller's business.
     *
     * @param label of the progress line
     */
    public static Result alternate(String label, int rounds, Contender ours, Contender peer)
            throws InterruptedException {
        List<Double> ourRates = new ArrayList<>();
        List<Double> peerRates = new ArrayList<>();
        try (ProgressLine progress =
                ProgressLine.start(label, rounds, "rounds", System.nanoTime())) {
            for (int round = 0; round < rounds; round++) {
                if (round % 2 == 0) {
                    ourRates.add(ours.round());
                    peerRates.add(peer.round());
                } else {
                    peerRates.add(peer.round());
                    ourRates.add(ours.round());
                }
                progress.update(round + 1, System.nanoTime());
            }
        }
        return new Result(Rates.of(ourRates), Rates.of(peerRates));
    }
}
