package org.jft.bench.data;

import java.util.ArrayList;
import java.util.List;
import org.jft.bench.Contender;
import org.jft.bench.Rates;

/** A side with its name and the rates of its rounds. */
final class Loader implements Contender, AutoCloseable {
    private final String name;
    private final Contender work;
    private final AutoCloseable owned;
    private final List<Double> rates = new ArrayList<>();

    <T extends Contender & AutoCloseable> Loader(String name, T work) {
        this.name = name;
        this.work = work;
        owned = work;
    }

    String name() {
        return name;
    }

    /** Works without counting. */
    void warmUp() throws InterruptedException {
        work.round();
    }

    @Override
    public double round() throws InterruptedException {
        double rate = work.round();
        rates.add(rate);
        return rate;
    }

    Rates rates() {
        return Rates.of(rates);
    }

    @Override
    public void close() throws Exception {
        owned.close();
    }
}
