package org.jft.cluster.membership.coordinator;

import io.aeron.security.Authenticator;
import io.aeron.security.CredentialsSupplier;
import io.aeron.security.SessionProxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jft.cluster.protocol.JobToken;

/**
 * How a member and a coordinator come to trust each other:
 *
 * <pre>
 *   member to coordinator   nonce: 16 random bytes
 *   coordinator to member   challenge: 16 random bytes, HMAC-SHA256(job, "coordinator", nonce, challenge)
 *   member to coordinator   HMAC-SHA256(job, "member", nonce, challenge)
 * </pre>
 *
 * The key is {@link JobToken}'s, so the secret never travels; what follows is neither signed nor
 * encrypted.
 */
final class Handshake {
    private static final int NONCE_LENGTH = 16;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] NOTHING = {};

    private Handshake() {}

    private static byte[] nonce() {
        byte[] bytes = new byte[NONCE_LENGTH];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static byte[] mac(JobToken job, String purpose, byte[] nonce, byte[] challenge) {
        byte[] name = purpose.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer text = ByteBuffer.allocate(name.length + nonce.length + challenge.length);
        return job.sign(text.put(name).put(nonce).put(challenge).array());
    }

    /** What only knows the job's secret may say: for a coordinator's own archive. */
    static byte[] archivePass(JobToken job) {
        return mac(job, "archive", NOTHING, NOTHING);
    }

    /** A member's side; one thread. */
    static final class Member implements CredentialsSupplier {
        private final JobToken job;
        private byte[] nonce = NOTHING;

        Member(JobToken job) {
            this.job = job;
        }

        @Override
        public byte[] encodedCredentials() {
            nonce = nonce();
            return nonce;
        }

        @Override
        public byte[] onChallenge(byte[] encodedChallenge) {
            byte[] challenge = Arrays.copyOf(encodedChallenge, NONCE_LENGTH);
            byte[] proof =
                    Arrays.copyOfRange(encodedChallenge, NONCE_LENGTH, encodedChallenge.length);
            boolean trusted =
                    MessageDigest.isEqual(proof, mac(job, "coordinator", nonce, challenge));
            // An answer of nothing is refused: both sides then say that they have no common job.
            return trusted ? mac(job, "member", nonce, challenge) : NOTHING;
        }
    }

    /** The coordinator's side; the consensus module's thread, which asks again and again. */
    static final class Coordinator implements Authenticator {
        private static final int MAX_PENDING = 4_096;

        private final JobToken job;
        private final Map<Long, Pending> pending =
                new LinkedHashMap<>() {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Long, Pending> eldest) {
                        return size() > MAX_PENDING; // of strangers that never answered
                    }
                };

        private static final class Pending {
            final byte[] nonce;
            final byte[] challenge = nonce();
            byte[] answer; // null: none yet

            Pending(byte[] nonce) {
                this.nonce = nonce;
            }
        }

        Coordinator(JobToken job) {
            this.job = job;
        }

        @Override
        public void onConnectRequest(long session, byte[] encodedCredentials, long nowMs) {
            pending.put(session, new Pending(encodedCredentials));
        }

        @Override
        public void onConnectedSession(SessionProxy session, long nowMs) {
            Pending stranger = pending.get(session.sessionId());
            if (stranger == null || stranger.nonce.length != NONCE_LENGTH) {
                refuse(session);
                return;
            }
            byte[] proof = mac(job, "coordinator", stranger.nonce, stranger.challenge);
            session.challenge(
                    ByteBuffer.allocate(NONCE_LENGTH + proof.length)
                            .put(stranger.challenge)
                            .put(proof)
                            .array());
        }

        @Override
        public void onChallengeResponse(long session, byte[] encodedCredentials, long nowMs) {
            Pending stranger = pending.get(session);
            if (stranger != null) {
                stranger.answer = encodedCredentials;
            }
        }

        @Override
        public void onChallengedSession(SessionProxy session, long nowMs) {
            Pending stranger = pending.get(session.sessionId());
            if (stranger != null && stranger.answer == null) {
                return; // has not answered yet
            }
            // isEqual takes as long for a wrong guess as for a nearly right one.
            if (stranger == null
                    || !MessageDigest.isEqual(
                            stranger.answer,
                            mac(job, "member", stranger.nonce, stranger.challenge))) {
                refuse(session);
            } else if (session.authenticate(NOTHING)) {
                pending.remove(session.sessionId());
            }
        }

        private void refuse(SessionProxy session) {
            pending.remove(session.sessionId());
            session.reject();
        }
    }

    /** The archive's side: asks for {@link #archivePass} at once. */
    static final class Archivist implements Authenticator {
        private final byte[] pass;
        private final Map<Long, Boolean> trusted = new HashMap<>();

        Archivist(JobToken job) {
            pass = archivePass(job);
        }

        @Override
        public void onConnectRequest(long session, byte[] encodedCredentials, long nowMs) {
            trusted.put(session, MessageDigest.isEqual(pass, encodedCredentials));
        }

        @Override
        public void onChallengeResponse(long session, byte[] encodedCredentials, long nowMs) {
            trusted.put(session, false); // nobody was challenged
        }

        @Override
        public void onConnectedSession(SessionProxy session, long nowMs) {
            if (!trusted.getOrDefault(session.sessionId(), false)) {
                session.reject();
            } else if (session.authenticate(NOTHING)) {
                trusted.remove(session.sessionId());
            }
        }

        @Override
        public void onChallengedSession(SessionProxy session, long nowMs) {
            session.reject();
        }
    }
}
