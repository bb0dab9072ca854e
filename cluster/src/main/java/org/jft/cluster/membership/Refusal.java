package org.jft.cluster.membership;

import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;

/** Why a process is not a member. Codes travel: append, never reorder. */
public enum Refusal {
    /** It was one, and the job has gone on without it. */
    EXPELLED {
        @Override
        public JftException toException(String sentence) {
            return new ExpelledException(sentence);
        }
    },
    /** It would compute something else than others who have come to begin. */
    MISFIT {
        @Override
        public JftException toException(String sentence) {
            return new ConfigException(sentence);
        }
    },
    /** The job has all the members it takes. */
    FULL {
        @Override
        public JftException toException(String sentence) {
            return new JftException(Category.ABORT_RANK, sentence);
        }
    },
    /** Too few came for the job to begin. */
    TOO_FEW {
        @Override
        public JftException toException(String sentence) {
            return new TooFewMembersException(sentence);
        }
    },
    /** It would compute something else than a job that is under way, and goes on without it. */
    STRANGER {
        @Override
        public JftException toException(String sentence) {
            return new JftException(Category.ABORT_RANK, sentence);
        }
    },
    /** It was one, of a job that the coordinator has forgotten. */
    FORGOTTEN {
        @Override
        public JftException toException(String sentence) {
            return new ForgottenException(sentence);
        }
    };

    /** Returns what a caller of {@link Membership#regroup} gets. */
    public abstract JftException toException(String sentence);
}
