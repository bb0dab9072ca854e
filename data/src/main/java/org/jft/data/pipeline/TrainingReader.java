package org.jft.data.pipeline;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.data.image.Outcome;
import org.jft.data.order.Hash;
import org.jft.data.order.SampleOrder;
import org.jft.data.order.Selection;

/**
 * Reads the sample at a position of the training stream. A bad image is reported and replaced, so
 * that every batch is full and a damaged file does not move any other sample. The substitute is the
 * first that decodes of the rows
 *
 * <pre>
 *   selection.row(hash(hash(seed, epoch, row), attempt) mod count)     attempt = 0, 1, ...
 * </pre>
 *
 * hence a function of (seed, epoch, row) and the data, never of who reads it when.
 */
final class TrainingReader implements SampleReader {
    private static final int ATTEMPTS = 100;

    private final TrainingStream stream;
    private final RowDecoder decoder;
    private final LabelReader labels;
    private final Quarantine quarantine;
    private final BatchMixer mixer;

    /**
     * @param mixer null if samples stay apart
     */
    TrainingReader(
            TrainingStream stream,
            RowDecoder decoder,
            LabelReader labels,
            Quarantine quarantine,
            BatchMixer mixer) {
        this.stream = stream;
        this.decoder = decoder;
        this.labels = labels;
        this.quarantine = quarantine;
        this.mixer = mixer;
    }

    @Override
    public void read(Slot slot, int place) {
        long position = slot.firstPosition() + place;
        SampleOrder order = stream.order();
        long epoch = order.epochOf(position);
        long row = stream.selection().row(order.indexAt(position));
        Outcome outcome = decoder.decode(epoch, row, slot, place);
        if (outcome.good()) {
            slot.put(place, row, labels.of(row), false);
        } else {
            quarantine.report(row, stream.store().locate(row), outcome.problem());
            substitute(epoch, row, slot, place);
        }
    }

    private void substitute(long epoch, long badRow, Slot slot, int place) {
        Selection selection = stream.selection();
        long key = Hash.of(stream.seed(), epoch, badRow);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long index = Long.remainderUnsigned(Hash.of(key, attempt), selection.count());
            long row = selection.row(index);
            if (decoder.decode(epoch, row, slot, place).good()) {
                slot.put(place, row, labels.of(row), true);
                return;
            }
        }
        throw new JftException(
                Category.ABORT_RUN,
                "row %d (%s) cannot be decoded, nor can any of %d others in its place: see %s"
                        .formatted(
                                badRow,
                                stream.store().locate(badRow),
                                ATTEMPTS,
                                quarantine.file()));
    }

    @Override
    public void complete(Slot slot) {
        if (mixer != null) {
            mixer.mix(slot);
        }
    }

    @Override
    public void close() {
        if (mixer != null) {
            mixer.close();
        }
        decoder.close();
    }
}
