package org.jft.data.store;

import java.io.IOException;
import java.util.Set;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What a store's failures mean, and how they are said. */
final class S3Failure {
    static final int NOT_FOUND = 404;
    static final int PRECONDITION_FAILED = 412;
    static final int RANGE_NOT_SATISFIABLE = 416;

    private static final int MOVED = 301;
    private static final int FORBIDDEN = 403;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERRORS = 500;

    /** Codes of status 400 that are no fault of the request. */
    private static final Set<String> PASSING =
            Set.of("RequestTimeout", "RequestTimeTooSkewed", "SlowDown", "ThrottlingException");

    private S3Failure() {}

    /** Returns whether the same request may succeed later. */
    static boolean mayPass(Exception failure) {
        if (failure instanceof AwsServiceException answer) {
            return answer.statusCode() >= SERVER_ERRORS
                    || answer.statusCode() == REQUEST_TIMEOUT
                    || answer.statusCode() == TOO_MANY_REQUESTS
                    || PASSING.contains(code(answer));
        }
        if (failure instanceof AbortedException) {
            return false;
        }
        return failure instanceof IOException || rootIsInputOutput(failure);
    }

    private static boolean rootIsInputOutput(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    /** Returns the error code of an answer, such as {@code NoSuchKey}; empty when it has none. */
    static String code(AwsServiceException answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /** Says in a few words what happened. */
    static String describe(Throwable failure) {
        if (failure instanceof AwsServiceException answer) {
            AwsErrorDetails details = answer.awsErrorDetails();
            String message = details == null ? null : details.errorMessage();
            return "HTTP %d %s%s"
                    .formatted(
                            answer.statusCode(),
                            code(answer),
                            message == null ? "" : " (%s)".formatted(message))
                    .strip();
        }
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof IOException)) {
            root = root.getCause();
        }
        if (root instanceof SdkClientException) {
            return root.getMessage();
        }
        return root.getMessage() == null
                ? root.getClass().getSimpleName()
                : "%s: %s".formatted(root.getClass().getSimpleName(), root.getMessage());
    }

    /** Turns what is no fault of the file's into one sentence. */
    static JftException explain(
            AwsServiceException answer, S3Location place, String location, S3Access access) {
        String code = code(answer);
        String bucket = "%s://%s".formatted(S3Location.SCHEME, place.bucket());
        if (code.equals("NoSuchBucket")) {
            return new ConfigException(
                    "%s: there is no such bucket at %s".formatted(bucket, access.describe()),
                    answer);
        }
        if (answer.statusCode() == MOVED || code.equals("AuthorizationHeaderMalformed")) {
            return new ConfigException(
                    "%s: the bucket is in %s, not in %s: set AWS_REGION"
                            .formatted(bucket, bucketRegion(answer), access.region().id()),
                    answer);
        }
        if (code.equals("AccessDenied")) {
            return new StoreException(
                    location,
                    "access denied; S3 also says so when the object is missing and the bucket may"
                            + " not be listed",
                    answer);
        }
        if (answer.statusCode() == FORBIDDEN) {
            return new ConfigException(
                    "%s: the credentials are not accepted: %s".formatted(bucket, describe(answer)),
                    answer);
        }
        return new StoreException(
                location, "cannot be read: %s".formatted(describe(answer)), answer);
    }

    private static String bucketRegion(AwsServiceException answer) {
        String header =
                answer.awsErrorDetails() == null
                                || answer.awsErrorDetails().sdkHttpResponse() == null
                        ? null
                        : answer.awsErrorDetails()
                                .sdkHttpResponse()
                                .firstMatchingHeader("x-amz-bucket-region")
                                .orElse(null);
        return header == null ? "another region" : header;
    }

    /** Returns whether the bucket is there, but not the object. */
    static boolean isMissing(S3Exception answer) {
        return answer.statusCode() == NOT_FOUND && !code(answer).equals("NoSuchBucket");
    }
}
