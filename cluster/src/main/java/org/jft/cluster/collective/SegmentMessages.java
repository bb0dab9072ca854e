package org.jft.cluster.collective;

/**
 * How segments travel as messages: in each step of an operation one segment, as equally many
 * messages as the longest needs, at least one, so that ranks which disagree about an empty vector
 * notice. Past the end of a short segment messages are empty.
 *
 * @param chunk elements of a full message
 * @param perSegment messages of a segment
 */
record SegmentMessages(Segments segments, int chunk, int perSegment) {
    SegmentMessages(Segments segments, int chunk) {
        this(segments, chunk, Math.max(1, divideUp(segments.longest(), chunk)));
    }

    private static int divideUp(int dividend, int divisor) {
        return (int) (((long) dividend + divisor - 1) / divisor);
    }

    /** Returns which step a message is of. */
    int step(int message) {
        return message / perSegment;
    }

    /** Returns where in its segment a message starts; for an empty message maybe past its end. */
    int within(int message) {
        return message % perSegment * chunk;
    }

    /** Returns where in the vector a message of a segment starts. */
    int first(int segment, int message) {
        return Math.min(segments.start(segment) + within(message), segments.start(segment + 1));
    }

    /** Returns the elements of a message of a segment. */
    int count(int segment, int message) {
        return Math.max(0, Math.min(segments.length(segment) - within(message), chunk));
    }
}
