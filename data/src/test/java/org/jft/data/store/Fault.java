package org.jft.data.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/** What a {@link FaultyProxy} does to one request. */
@FunctionalInterface
interface Fault {
    /** Passes a whole answer on. */
    Fault NONE = (answer, client) -> answer.copy(client, Long.MAX_VALUE);

    /** Closes the connection without a word. */
    Fault RESET = (answer, client) -> false;

    /** Keeps the connection, sends nothing. */
    Fault SILENCE =
            (answer, client) -> {
                pause(TimeUnit.SECONDS.toMillis(2));
                return false;
            };

    /** Sends a byte now and then, so that the connection is never silent for long. */
    Fault TRICKLE =
            (answer, client) -> {
                answer.copyHead(client);
                for (int i = 0; i < 100; i++) {
                    if (!answer.copyBody(client, 1)) {
                        return true;
                    }
                    pause(50);
                }
                return false;
            };

    /** Passes an answer on with every bit of its body turned over. */
    Fault FLIPPED =
            (answer, client) -> {
                byte[] body = answer.hasBody() ? answer.body().readAllBytes() : new byte[0];
                for (int i = 0; i < body.length; i++) {
                    body[i] = (byte) ~body[i];
                }
                answer.copyHead(client);
                client.write(body);
                client.flush();
                return true;
            };

    /** Answers as S3 does when it is asked too often. */
    Fault SLOW_DOWN = answer(503, "", "SlowDown", "Please reduce your request rate.");

    /** Closes the connection within the body. */
    static Fault cutAfter(int bytes) {
        return (answer, client) -> {
            answer.copy(client, bytes);
            return false;
        };
    }

    /** Answers in the server's stead. */
    static Fault answer(int status, String header, String code, String message) {
        String body =
                "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
                        .formatted(code, message);
        String head =
                "HTTP/1.1 %d Fault\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n%s\r\n";
        return (answer, client) -> {
            client.write(head.formatted(status, body.length(), header).getBytes(ISO_8859_1));
            client.write((answer.hasBody() ? body : "").getBytes(ISO_8859_1));
            client.flush();
            return true;
        };
    }

    /**
     * Answers a request.
     *
     * @return whether the connection goes on
     */
    boolean send(Answer answer, OutputStream client) throws IOException;

    private static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The server's answer.
     *
     * @param length of the body, bytes
     */
    record Answer(String head, InputStream body, long length, boolean hasBody) {
        boolean copy(OutputStream client, long bytes) throws IOException {
            copyHead(client);
            copyBody(client, bytes);
            return true;
        }

        void copyHead(OutputStream client) throws IOException {
            client.write(head.getBytes(ISO_8859_1));
            client.flush();
        }

        /** Returns whether there is more. */
        boolean copyBody(OutputStream client, long bytes) throws IOException {
            if (!hasBody) {
                return false;
            }
            byte[] some = new byte[(int) Math.min(Math.min(bytes, length), 8192)];
            long left = Math.min(bytes, length);
            while (left > 0) {
                int count = body.read(some, 0, (int) Math.min(left, some.length));
                if (count < 0) {
                    return false;
                }
                client.write(some, 0, count);
                left -= count;
            }
            client.flush();
            return true;
        }
    }
}
