package org.jft.cluster.protocol;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * Which job a frame belongs to. Keeps jobs that share a host, and processes that outlived their
 * job, apart; it is no secret and no protection against someone who can read the frames.
 *
 * @param name what the launcher or the cluster calls this job
 * @param value the first 8 bytes of SHA-256 of the name: what travels
 */
public record JobToken(String name, long value) {
    /** Returns the token of a job's name. */
    public static JobToken of(String name) {
        return new JobToken(
                name, Hashing.sha256().hashString(name, StandardCharsets.UTF_8).asLong());
    }
}
