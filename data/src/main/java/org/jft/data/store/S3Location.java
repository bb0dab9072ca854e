package org.jft.data.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jft.core.failure.ConfigException;

/**
 * A bucket and what the keys of a data set's files begin with.
 *
 * @param prefix without slash at the end; may be empty
 */
record S3Location(String bucket, String prefix) {
    static final String SCHEME = "s3";

    private static final Pattern ADDRESS = Pattern.compile(SCHEME + "://([^/]+)(?:/(.*?))?/*");

    static S3Location parse(String address) {
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches()) {
            throw new ConfigException("%s: not of the form s3://bucket/prefix".formatted(address));
        }
        return new S3Location(parts.group(1), parts.group(2) == null ? "" : parts.group(2));
    }

    /** Returns the key of a file of the data set. */
    String key(String name) {
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** Returns the whole name of a key of the bucket. */
    String locate(String key) {
        return "%s://%s/%s".formatted(SCHEME, bucket, key);
    }

    @Override
    public String toString() {
        return prefix.isEmpty() ? "%s://%s".formatted(SCHEME, bucket) : locate(prefix);
    }
}
