package org.jft.data.pipeline;

import java.util.function.LongPredicate;
import org.jft.data.image.Outcome;
import org.jft.data.shard.SampleStore;

/**
 * Reads the row at a position, unless it is dropped or not wanted. A bad image is reported and left
 * out: a score has no stand-ins.
 */
final class EvaluationReader implements SampleReader {
    private static final long NO_EPOCH = 0;

    private final SampleStore store;
    private final LongPredicate wanted;
    private final RowDecoder decoder;
    private final LabelReader labels;
    private final Quarantine quarantine;

    EvaluationReader(
            EvaluationStream stream,
            RowDecoder decoder,
            LabelReader labels,
            Quarantine quarantine) {
        this.store = stream.store();
        this.wanted = stream.wanted();
        this.decoder = decoder;
        this.labels = labels;
        this.quarantine = quarantine;
    }

    @Override
    public void read(Slot slot, int place) {
        long row = slot.firstPosition() + place;
        if (store.dropped(row) || !wanted.test(row)) {
            slot.skip(place);
            return;
        }
        Outcome outcome = decoder.decode(NO_EPOCH, row, slot, place);
        if (outcome.good()) {
            slot.put(place, row, labels.of(row), false);
        } else {
            quarantine.report(row, store.locate(row), outcome.problem());
            slot.leaveEmpty(place);
        }
    }

    @Override
    public void close() {
        decoder.close();
    }
}
