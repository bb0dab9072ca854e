package org.jft.cluster.protocol;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * Which job a frame belongs to. Its value keeps jobs that share a host, and processes that outlived
 * their job, apart; it travels in the clear and is no protection against someone who can read the
 * frames. Its key signs: made of a secret that only the job's workers have, a signature proves that
 * its maker is one of them; without a secret it proves that its maker knows the job's name.
 */
public final class JobToken {
    private final String name;
    private final HashFunction hmac;
    private final long value;

    private JobToken(String name, byte[] key) {
        this.name = name;
        this.hmac = Hashing.hmacSha256(key);
        this.value = hmac.hashString(name, StandardCharsets.UTF_8).asLong();
    }

    /** Returns the token of a job without a secret. */
    public static JobToken of(String name) {
        return of(name, "");
    }

    /**
     * Returns the token of a job.
     *
     * @param name what the launcher or the cluster calls this job
     * @param secret what all its workers know and nobody else; empty when there is none
     */
    public static JobToken of(String name, String secret) {
        return new JobToken(
                name,
                Hashing.sha256()
                        .newHasher()
                        .putString("jft job ", StandardCharsets.UTF_8)
                        .putInt(secret.length()) // a secret is no part of the name
                        .putString(secret, StandardCharsets.UTF_8)
                        .putString(name, StandardCharsets.UTF_8)
                        .hash()
                        .asBytes());
    }

    /**
     * Returns the token of one generation of a job whose members change: what was sent in another
     * one is of another job, on the wire and in handshakes.
     */
    public JobToken ofGeneration(int generation) {
        byte[] key =
                hmac.newHasher()
                        .putString("generation ", StandardCharsets.UTF_8)
                        .putInt(generation)
                        .hash()
                        .asBytes();
        return new JobToken(name, key);
    }

    public String name() {
        return name;
    }

    /** Returns the 8 bytes that travel in every frame. */
    public long value() {
        return value;
    }

    /** Returns 32 bytes: HMAC-SHA256 of a text under this job's key. */
    public byte[] sign(byte[] text) {
        return hmac.hashBytes(text).asBytes();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JobToken token && token.value == value && token.name.equals(name);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(value);
    }

    @Override
    public String toString() {
        return "job " + name; // never the key
    }
}
