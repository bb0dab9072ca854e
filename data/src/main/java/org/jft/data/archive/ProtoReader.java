package org.jft.data.archive;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Walks the fields of one Protocol Buffers message. After {@link #next} exactly one of the methods
 * that take a field's value is called. The field numbers they are given must be those found.
 */
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;
    private static final int MAX_VARINT_BITS = 70;

    private final ByteBuffer bytes;
    private long tag;

    ProtoReader(byte[] message, int offset, int length) {
        bytes = ByteBuffer.wrap(message, offset, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Reads the next field's tag; false at the end of the message. */
    boolean next() throws MalformedExampleException {
        if (!bytes.hasRemaining()) {
            return false;
        }
        tag = varint();
        return true;
    }

    int field() {
        return (int) Math.min(tag >>> 3, Integer.MAX_VALUE);
    }

    /** Returns whether the field is a run of bytes: a message, a string, or packed numbers. */
    boolean packed() {
        return (tag & 7) == LENGTH_DELIMITED;
    }

    int remaining() {
        return bytes.remaining();
    }

    Example.Slice bytes(int field) throws MalformedExampleException {
        require(field, LENGTH_DELIMITED);
        long length = varint();
        if (length < 0 || length > bytes.remaining()) {
            throw new MalformedExampleException(
                    "no tf.train.Example: at byte %d a length of %s, only %d are left"
                            .formatted(
                                    bytes.position(),
                                    Long.toUnsignedString(length),
                                    bytes.remaining()));
        }
        Example.Slice slice = new Example.Slice(bytes.position(), (int) length);
        bytes.position(bytes.position() + (int) length);
        return slice;
    }

    ProtoReader message(int field) throws MalformedExampleException {
        Example.Slice slice = bytes(field);
        return new ProtoReader(bytes.array(), slice.offset(), slice.length());
    }

    long varintField(int field) throws MalformedExampleException {
        require(field, VARINT);
        return varint();
    }

    float float32Field(int field) throws MalformedExampleException {
        require(field, FIXED_32);
        return float32();
    }

    long varint() throws MalformedExampleException {
        long value = 0;
        for (int shift = 0; shift < MAX_VARINT_BITS && bytes.hasRemaining(); shift += 7) {
            byte b = bytes.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedExampleException(
                "no tf.train.Example: a broken number before byte %d".formatted(bytes.position()));
    }

    float float32() throws MalformedExampleException {
        if (bytes.remaining() < Float.BYTES) {
            throw new MalformedExampleException(
                    "no tf.train.Example: cut off at byte %d".formatted(bytes.position()));
        }
        return bytes.getFloat();
    }

    private void require(int field, int type) throws MalformedExampleException {
        if (field() != field || (tag & 7) != type) {
            throw unexpected();
        }
    }

    MalformedExampleException unexpected() {
        return new MalformedExampleException(
                "no tf.train.Example: an unexpected field %d of wire type %d before byte %d"
                        .formatted(field(), tag & 7, bytes.position()));
    }
}
