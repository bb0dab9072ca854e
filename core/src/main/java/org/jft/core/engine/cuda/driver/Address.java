package org.jft.core.engine.cuda.driver;

import org.bytedeco.javacpp.Pointer;

/** A number as a pointer. */
final class Address extends Pointer {
    Address(long value) {
        address = value;
    }
}
