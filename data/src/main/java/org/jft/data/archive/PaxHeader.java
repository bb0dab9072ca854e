package org.jft.data.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What an extended header says about the next member of a tar. Content of a pax header: records
 * {@code "LENGTH KEY=VALUE\n"}, the length counting all of the record.
 *
 * @param path null when it is not said
 * @param size -1 when it is not said
 */
record PaxHeader(String path, long size) {
    static final PaxHeader NONE = new PaxHeader(null, -1);

    /** Returns this with what another one says, which wins. */
    PaxHeader with(PaxHeader other) {
        return new PaxHeader(
                other.path != null ? other.path : path, other.size >= 0 ? other.size : size);
    }

    static PaxHeader parse(byte[] content) throws BrokenArchiveException {
        PaxHeader result = NONE;
        int at = 0;
        while (at < content.length) {
            int blank = at;
            int length = 0;
            while (blank < content.length && Character.isDigit(content[blank]) && blank < at + 7) {
                length = 10 * length + content[blank++] - '0';
            }
            int end = at + length - 1; // of the value; a line feed follows
            boolean framed =
                    blank < content.length
                            && content[blank] == ' '
                            && end > blank
                            && end < content.length
                            && content[end] == '\n';
            String record = framed ? new String(content, blank + 1, end - blank - 1, UTF_8) : "";
            int equals = record.indexOf('=');
            if (equals < 1) {
                throw new BrokenArchiveException("a pax header with a broken record");
            }
            result = result.with(of(record.substring(0, equals), record.substring(equals + 1)));
            at = end + 1;
        }
        return result;
    }

    private static PaxHeader of(String key, String value) throws BrokenArchiveException {
        if (key.startsWith("GNU.sparse")) {
            throw new BrokenArchiveException("a sparse file, which is not supported");
        }
        if (key.equals("path")) {
            return new PaxHeader(value, -1);
        }
        if (key.equals("size")) {
            try {
                return new PaxHeader(null, Long.parseUnsignedLong(value));
            } catch (NumberFormatException e) {
                throw new BrokenArchiveException(
                        "a pax header says a size of '%s'".formatted(value), e);
            }
        }
        return NONE;
    }
}
