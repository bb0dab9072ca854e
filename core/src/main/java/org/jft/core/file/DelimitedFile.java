package org.jft.core.file;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jft.core.failure.CorruptDataException;

/**
 * Tab-separated (names ending in .tsv, nothing is quoted) or comma-separated text (RFC 4180: fields
 * may be quoted, hold commas and line breaks; "" is a quote), with a header line, in UTF-8.
 */
public final class DelimitedFile {
    private final Path file;
    private final char separator;
    private final boolean quoting;

    /** Describes; {@link #read} opens it. */
    public DelimitedFile(Path file) {
        this.file = file;
        boolean tabs = file.toString().toLowerCase(Locale.ROOT).endsWith(".tsv");
        this.separator = tabs ? '\t' : ',';
        this.quoting = !tabs;
    }

    /** A record below the header: fields by column name, and the line it starts on. */
    public record Row(long line, Map<String, String> fields) {
        /** Returns the field without outer blanks; empty when there is no such column. */
        public String get(String column) {
            return fields.getOrDefault(column, "").trim();
        }
    }

    /** Hands the column names over, then every row, in order. */
    public void read(Consumer<List<String>> columns, Consumer<Row> rows) {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            Parser parser = new Parser(in);
            List<String> header = parser.next();
            if (header == null) {
                throw new CorruptDataException(file, "empty, expected a header line");
            }
            header.replaceAll(String::trim);
            header.set(0, header.get(0).replace("\ufeff", ""));
            columns.accept(List.copyOf(header));
            for (List<String> fields = parser.next(); fields != null; fields = parser.next()) {
                if (fields.size() == 1 && fields.get(0).isBlank()) {
                    continue;
                }
                if (fields.size() != header.size()) {
                    throw new CorruptDataException(
                            file,
                            "line %d: has %d fields, the header has %d"
                                    .formatted(parser.recordLine, fields.size(), header.size()));
                }
                Map<String, String> byName = new HashMap<>();
                for (int i = 0; i < fields.size(); i++) {
                    byName.put(header.get(i), fields.get(i));
                }
                rows.accept(new Row(parser.recordLine, byName));
            }
        } catch (CharacterCodingException e) {
            throw new CorruptDataException(file, "not UTF-8 text", e);
        } catch (IOException e) {
            throw new CorruptDataException(file, "cannot be read: " + e, e);
        }
    }

    private final class Parser {
        private final BufferedReader in;
        private long line = 1;
        private long recordLine;

        Parser(BufferedReader in) {
            this.in = in;
        }

        /** Returns the next record's fields, or null at the end. */
        List<String> next() throws IOException {
            recordLine = line;
            List<String> fields = new ArrayList<>();
            StringBuilder field = new StringBuilder();
            boolean quoted = false;
            int c = in.read();
            if (c < 0) {
                return null;
            }
            for (; c >= 0; c = in.read()) {
                line += c == '\n' ? 1 : 0;
                if (quoted) {
                    quoted = c != '"' || escapedQuote();
                    if (quoted) {
                        field.append((char) c);
                    }
                } else if (quoting && c == '"' && field.isEmpty()) {
                    quoted = true;
                } else if (c == separator) {
                    fields.add(field.toString());
                    field.setLength(0);
                } else if (c == '\n') {
                    break;
                } else if (c != '\r') {
                    field.append((char) c);
                }
            }
            if (quoted) {
                throw new CorruptDataException(
                        file, "line %d: a quote is never closed".formatted(recordLine));
            }
            fields.add(field.toString());
            return fields;
        }

        /** Within quotes: takes the second of two quotes and says whether there was one. */
        private boolean escapedQuote() throws IOException {
            in.mark(1);
            if (in.read() == '"') {
                return true;
            }
            in.reset();
            return false;
        }
    }
}
