package org.jft.data.store;

/**
 * An aligned piece of an object: what one request fetches and one file of the cache holds.
 *
 * @param name in the cache; unique to the object's content and the piece
 * @param position of its first byte in the object
 * @param length bytes
 */
record Chunk(S3Object object, String name, long position, int length) {}
