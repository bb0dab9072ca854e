package org.jft.train.loop;

import java.util.List;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ElasticConfig.BelowMin;
import org.jft.train.loop.RankReport.Wish;

/** What the ranks do behind a step. All see the same reports, and so agree. */
enum Agreement {
    /** They take the next one. */
    GO_ON,
    /** They meet: some go, or newcomers come in. */
    MEET,
    /** All leave, with a checkpoint. */
    END;

    /** Returns what follows from the ranks' wishes. */
    static Agreement of(List<RankReport> reports, ClusterConfig cluster) {
        int now = RankReport.count(reports, Wish.LEAVE);
        int later = RankReport.count(reports, Wish.LEAVE_LATER);
        int letIn = RankReport.count(reports, Wish.LET_IN);
        int leaving = now + later;
        boolean waits = cluster.elastic().belowMin() == BelowMin.WAIT;
        int least = waits ? 1 : cluster.minWorkers();
        boolean enoughStay = cluster.changes() && reports.size() - leaving >= least;
        if (leaving > 0 && !enoughStay) {
            return END;
        }
        return now + letIn > 0 ? MEET : GO_ON;
    }
}
