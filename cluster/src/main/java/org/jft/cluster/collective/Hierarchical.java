package org.jft.cluster.collective;

import java.nio.FloatBuffer;
import org.jft.cluster.protocol.FrameKind;

/**
 * A sum over ranks that stand in rows and columns: along its row a rank gets its segment of the
 * row's sum, with those in its column it sums that, along its row it then gets the other segments.
 * When rows are hosts, each byte crosses a network interface as often as one worker a host would
 * send it. Sums along rows and columns leave all with the same bits, and so does this.
 */
final class Hierarchical implements Summation {
    private final Ring row;
    private final Summation column;
    private final int place; // in the row
    private final int rowLength;

    Hierarchical(Ring row, int place, int rowLength, Summation column) {
        this.row = row;
        this.place = place;
        this.rowLength = rowLength;
        this.column = column;
    }

    @Override
    public void allReduce(FloatBuffer source, FloatBuffer sum) {
        Segments segments = new Segments(source.remaining(), rowLength);
        FloatBuffer own = sum.slice(sum.position() + segments.start(place), segments.length(place));
        row.reduceScatter(source, own);
        column.allReduce(own, own);
        row.gatherSums(own, sum);
    }

    @Override
    public long[] gather(FrameKind kind, long value) {
        long[] inRow = row.gather(kind, value);
        long[] inColumn = column.gather(kind, inRow[0]);
        long[] all = new long[rowLength * inColumn.length];
        for (int i = 0; i < rowLength; i++) {
            if (i > 0 && kind != FrameKind.BARRIER) { // of which once is enough: nobody looks
                inColumn = column.gather(kind, inRow[i]);
            }
            for (int j = 0; j < inColumn.length; j++) {
                all[j * rowLength + i] = inColumn[j];
            }
        }
        return all;
    }
}
