package org.jft.cluster.transport;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jft.cluster.protocol.JobToken;

/**
 * How the two ends of a connection come to trust each other. Big-endian:
 *
 * <pre>
 *   receiver to sender   challenge: 16 random bytes
 *   sender to receiver   hello: version i32, from i32, to i32, lane i32, stream i32, port i32,
 *                        16 random bytes, HMAC-SHA256(job, "hello", challenge, the above)
 *   receiver to sender   welcome: HMAC-SHA256(job, "welcome", challenge, hello), once it receives
 * </pre>
 *
 * The key is {@link JobToken}'s: with a secret nobody without it can join or pose as a rank; the
 * frames that follow are neither signed nor encrypted. The port is the one that the sender itself
 * listens on.
 */
final class TcpHandshake {
    static final int CHALLENGE_LENGTH = 16;
    static final int MAC_LENGTH = 32;
    static final int WELCOME_LENGTH = MAC_LENGTH;

    private static final int VERSION = 2;
    private static final int FIELDS_LENGTH = 6 * Integer.BYTES + CHALLENGE_LENGTH;
    static final int HELLO_LENGTH = FIELDS_LENGTH + MAC_LENGTH;

    private static final SecureRandom RANDOM = new SecureRandom();

    /** Which stream a connection is; {@code stream} counts those of one lane from 0. */
    record Route(int from, int to, Lane lane, int stream) {}

    /** What a sender said of itself. */
    record Hello(Route route, int port) {}

    private TcpHandshake() {}

    static byte[] challenge() {
        byte[] bytes = new byte[CHALLENGE_LENGTH];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** Returns the sender's answer to a challenge. */
    static byte[] hello(JobToken job, byte[] challenge, Route route, int port) {
        ByteBuffer hello = ByteBuffer.allocate(HELLO_LENGTH);
        hello.putInt(VERSION)
                .putInt(route.from())
                .putInt(route.to())
                .putInt(route.lane().ordinal())
                .putInt(route.stream())
                .putInt(port)
                .put(challenge());
        hello.put(mac(job, "hello", challenge, hello.array(), FIELDS_LENGTH));
        return hello.array();
    }

    /** Reads an answer; null when it is not of this job or this version. */
    static Hello read(JobToken job, byte[] challenge, byte[] hello) {
        ByteBuffer fields = ByteBuffer.wrap(hello);
        byte[] expected = mac(job, "hello", challenge, hello, FIELDS_LENGTH);
        byte[] given = Arrays.copyOfRange(hello, FIELDS_LENGTH, HELLO_LENGTH);
        // isEqual takes as long for a wrong guess as for a nearly right one.
        if (!MessageDigest.isEqual(expected, given) || fields.getInt() != VERSION) {
            return null;
        }
        int from = fields.getInt();
        int to = fields.getInt();
        int lane = fields.getInt();
        int stream = fields.getInt();
        return new Hello(new Route(from, to, Lane.values()[lane], stream), fields.getInt());
    }

    /** Returns what the receiver says once it is receiving. */
    static byte[] welcome(JobToken job, byte[] challenge, byte[] hello) {
        return mac(job, "welcome", challenge, hello, HELLO_LENGTH);
    }

    private static byte[] mac(
            JobToken job, String purpose, byte[] challenge, byte[] text, int length) {
        ByteBuffer all = ByteBuffer.allocate(purpose.length() + CHALLENGE_LENGTH + length);
        purpose.chars().forEach(character -> all.put((byte) character));
        return job.sign(all.put(challenge).put(text, 0, length).array());
    }
}
