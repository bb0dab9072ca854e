package org.jft.data.store;

/**
 * An object as it was when it was opened.
 *
 * @param location whole name, for messages
 * @param length bytes
 * @param etag what the store calls this content; null when it does not say. Not a content hash: an
 *     object uploaded in parts has one that depends on the parts
 */
record S3Object(String location, String key, long length, String etag) {}
