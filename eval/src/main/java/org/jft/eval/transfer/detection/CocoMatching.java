package org.jft.eval.transfer.detection;

/**
 * COCO's assignment of an image's detections of one class to its annotated objects: greedy, the
 * best detection first.
 *
 * @param similarity [D][G], in [0, 1]; detections by falling score
 * @param crowd [G], objects that may be matched more than once
 */
record CocoMatching(double[][] similarity, boolean[] crowd) {
    static final int NONE = -1;

    /**
     * Returns the object that each detection takes, [D], or {@link #NONE}: the most similar one
     * that is free and reaches the threshold, an ignored one only where no other does. Of equally
     * similar objects it is the last.
     *
     * @param ignored [G]
     */
    int[] match(boolean[] ignored, double threshold) {
        int[] matches = new int[similarity.length];
        boolean[] taken = new boolean[crowd.length];
        for (int d = 0; d < matches.length; d++) {
            int match = best(similarity[d], taken, ignored, false, threshold);
            if (match == NONE) {
                match = best(similarity[d], taken, ignored, true, threshold);
            }
            if (match != NONE) {
                taken[match] = true;
            }
            matches[d] = match;
        }
        return matches;
    }

    private int best(
            double[] similar, boolean[] taken, boolean[] ignored, boolean among, double threshold) {
        int best = NONE;
        double least = threshold;
        for (int g = 0; g < similar.length; g++) {
            boolean free = !taken[g] || crowd[g];
            if (ignored[g] == among && free && similar[g] >= least) {
                least = similar[g];
                best = g;
            }
        }
        return best;
    }
}
