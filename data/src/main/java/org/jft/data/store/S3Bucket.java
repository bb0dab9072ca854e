package org.jft.data.store;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jft.core.failure.CorruptDataException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Requests on a bucket, retried as {@link Timing} says. Thread-safe. */
final class S3Bucket implements ChunkSource, AutoCloseable {
    private final S3Location place;
    private final S3Access access;
    private final S3Client client;
    private final Retry retry;
    private final Timing timing;
    private final TrafficCounter traffic;
    private volatile boolean closed;

    S3Bucket(S3Location place, S3Access access, Timing timing, TrafficCounter traffic) {
        this.place = place;
        this.access = access;
        this.client = access.client(timing);
        this.retry = new Retry(timing, Retry.Clock.SYSTEM, traffic);
        this.timing = timing;
        this.traffic = traffic;
    }

    /** Looks an object up; null when there is none. */
    S3Object find(String key) {
        String location = place.locate(key);
        try {
            return retry.call(
                    location,
                    timing.openPatience(),
                    () -> {
                        HeadObjectResponse head = head(key);
                        return new S3Object(location, key, head.contentLength(), head.eTag());
                    });
        } catch (S3Exception e) {
            if (S3Failure.isMissing(e)) {
                return null;
            }
            throw S3Failure.explain(e, place, location, access);
        } catch (SdkException e) {
            throw unanswered(location, e);
        }
    }

    private HeadObjectResponse head(String key) {
        try {
            return client.headObject(r -> r.bucket(place.bucket()).key(key));
        } catch (S3Exception e) {
            if (S3Failure.mayPass(e)) {
                throw e;
            }
            throw withReason(key, e);
        }
    }

    /** An answer to HEAD has no body to say why; one to GET has. */
    private S3Exception withReason(String key, S3Exception answer) {
        try {
            client.getObject(r -> r.bucket(place.bucket()).key(key).range("bytes=0-0")).abort();
            return answer;
        } catch (S3Exception e) {
            return e;
        }
    }

    /** Reads a whole object; the SDK compares it with the checksum that the store sends, if any. */
    byte[] readAll(S3Object object) {
        return read(object, 0, Math.toIntExact(object.length()), false, timing.openPatience());
    }

    @Override
    public byte[] fetch(S3Object object, long position, int length) {
        return read(object, position, length, true, timing.readPatience());
    }

    private byte[] read(
            S3Object object, long position, int length, boolean ranged, Duration patience) {
        GetObjectRequest.Builder request =
                GetObjectRequest.builder()
                        .bucket(place.bucket())
                        .key(object.key())
                        .ifMatch(object.etag());
        if (ranged) {
            request.range("bytes=%d-%d".formatted(position, position + length - 1));
        }
        try {
            byte[] bytes =
                    retry.call(
                            object.location(),
                            patience,
                            () -> attempt(request.build(), object, length));
            traffic.fetchedBytes.add(length);
            return bytes;
        } catch (S3Exception e) {
            throw inUse(e, object);
        } catch (SdkException e) {
            throw unanswered(object.location(), e);
        }
    }

    private byte[] attempt(GetObjectRequest request, S3Object object, int length)
            throws IOException {
        if (closed) {
            throw new StoreException(object.location(), "closed while it is read", null);
        }
        long deadlineNs = System.nanoTime() + timing.responseNs(length);
        try (ResponseInputStream<GetObjectResponse> body = client.getObject(request)) {
            try {
                check(body.response(), request, object, length);
                return readFully(body, length, deadlineNs);
            } catch (IOException | RuntimeException e) {
                body.abort(); // close would read what is left of it
                throw e;
            }
        }
    }

    /** For stores that heed neither If-Match nor Range. */
    private static void check(
            GetObjectResponse response, GetObjectRequest request, S3Object object, int length) {
        if (!Objects.equals(response.eTag(), object.etag())) {
            throw replaced(object, response.eTag(), null);
        }
        String range = request.range() == null ? null : request.range().replace('=', ' ');
        String found = response.contentRange();
        if (range != null && (found == null || !found.startsWith(range + "/"))) {
            throw new StoreException(
                    object.location(),
                    "asked for %s, the store sends %s"
                            .formatted(range, found == null ? "the whole object" : found),
                    null);
        }
        if (response.contentLength() != length) {
            throw new CorruptDataException(
                    object.location(),
                    "the store sends %,d bytes where %,d were asked for"
                            .formatted(response.contentLength(), length),
                    null);
        }
    }

    private static byte[] readFully(
            ResponseInputStream<GetObjectResponse> body, int length, long deadlineNs)
            throws IOException {
        byte[] bytes = new byte[length];
        int filled = 0;
        try {
            while (filled < length) {
                int count = body.read(bytes, filled, length - filled);
                if (count < 0) {
                    throw new EOFException(
                            "the response ends after %,d of %,d bytes".formatted(filled, length));
                }
                filled += count;
                // a store that sends a byte now and then passes every socket timeout
                if (filled < length && System.nanoTime() - deadlineNs > 0) {
                    throw new IOException(
                            "only %,d of %,d bytes came in time".formatted(filled, length));
                }
            }
            body.read(); // the end: compares the checksum, leaves the connection to the next
            return bytes;
        } catch (SdkClientException e) {
            throw new IOException(e.getMessage(), e); // another checksum than the store's
        }
    }

    /** The store was not even asked: no credentials to ask with, for instance. */
    private static StoreException unanswered(String location, SdkException e) {
        return new StoreException(
                location, "cannot be read: %s".formatted(S3Failure.describe(e)), e);
    }

    /** The object was there when it was opened. */
    private RuntimeException inUse(S3Exception e, S3Object object) {
        if (e.statusCode() == S3Failure.PRECONDITION_FAILED) {
            return replaced(object, null, e);
        }
        if (e.statusCode() == S3Failure.RANGE_NOT_SATISFIABLE) {
            return Problems.changed(object.location(), "it is shorter now", e);
        }
        if (S3Failure.isMissing(e)) {
            return Problems.vanished(object.location(), e);
        }
        return S3Failure.explain(e, place, object.location(), access);
    }

    private static CorruptDataException replaced(S3Object object, String etag, Throwable cause) {
        return Problems.changed(
                object.location(),
                "its ETag was %s%s".formatted(object.etag(), etag == null ? "" : ", is " + etag),
                cause);
    }

    @Override
    public void close() {
        closed = true; // what is retried in the background ends
        client.close();
    }
}
