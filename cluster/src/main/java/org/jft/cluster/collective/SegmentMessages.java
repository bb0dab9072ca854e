package org.jft.cluster.collective;

/**
 * How segments travel as messages: in each step of an operation one segment, as equally many
 * messages as the longest needs, at least one, so that ranks which disagree about an empty vector
 * notice. Past the end of a short segment messages are empty.
 *
 * @param chunk elements of a full message
 */
record SegmentMessages(Segments segments, int chunk) {
    /** Returns the messages of a segment. */
    int perSegment() {
        return Math.max(1, (int) (((long) segments.longest() + chunk - 1) / chunk));
    }

    /** Returns which step a message is of. */
    int step(int message) {
        return message / perSegment();
    }

    /** Returns where in its segment a message starts; for an empty message maybe past its end. */
    int within(int message) {
        return message % perSegment() * chunk;
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
