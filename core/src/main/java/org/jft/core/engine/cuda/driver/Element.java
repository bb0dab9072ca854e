package org.jft.core.engine.cuda.driver;

/** Types of the elements of arrays on the device. */
public enum Element {
    /** IEEE float32. */
    FLOAT(32),
    /** IEEE float16. */
    HALF(16),
    /** bfloat16. */
    BFLOAT16(16),
    /** One bit. */
    BIT(1);

    private final int bits;

    Element(int bits) {
        this.bits = bits;
    }

    /** Returns the bytes that so many take. */
    public long bytes(long count) {
        return (count * bits + 7) / 8;
    }
}
