package org.jft.bench;

import java.util.ArrayList;
import java.util.List;
import org.jft.core.cli.ProgressLine;

/** Contenders taking turns, so that drift hurts all alike. */
public final class Rounds {
    /** How both did. */
    public record Result(Rates ours, Rates peer) {}

    private Rounds() {}

    /**
     * Lets all work {@code rounds} times, each once a round and always in the same order. Warming
     * up is the caller's business; who wants the rates keeps them.
     *
     * @param label of the progress line
     */
    public static void inTurns(String label, int rounds, List<? extends Contender> contenders)
            throws InterruptedException {
        try (ProgressLine progress =
                ProgressLine.start(label, rounds, "rounds", System.nanoTime())) {
            for (int round = 0; round < rounds; round++) {
                for (Contender contender : contenders) {
                    contender.round();
                }
                progress.update(round + 1, System.nanoTime());
            }
        }
    }

    /**
     * Lets both work {@code rounds} times: ours, peer, peer, ours, .... Warming up is the caller's
     * business.
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
