package org.jft.data.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jft.data.archive.TarReader;

/**
 * Labels of a WebDataset sample, from the first of these members that says something:
 *
 * <pre>
 *   cls    a class number or name on each line
 *   json   {"labels": "cat"}  {"labels": ["cat", 7, ["animal", "dog"]], "confidences": [1, 0.5, 0.9]}
 *          where a list in the list is a path from root to leaf
 *   txt    like cls
 * </pre>
 */
record SampleLabels(ClassNames names) {
    static final List<String> MEMBERS = List.of("cls", "json", "txt");

    /** A larger member is not read. */
    static final int MAX_BYTES = 1 << 20;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    List<Entry.Claim> claims(Map<String, TarReader.Member> members) throws UnusableImageException {
        for (String extension : MEMBERS) {
            TarReader.Member member = members.get(extension);
            if (member == null) {
                continue;
            }
            try {
                String text = text(member);
                List<Entry.Claim> claims = extension.equals("json") ? json(text) : lines(text);
                if (!claims.isEmpty()) {
                    return claims;
                }
            } catch (UnusableImageException e) {
                throw new UnusableImageException("its %s: %s".formatted(extension, e.getMessage()));
            }
        }
        return List.of();
    }

    private static String text(TarReader.Member member) throws UnusableImageException {
        if (member.content() == null) {
            throw new UnusableImageException(
                    "%,d bytes, labels have at most %,d".formatted(member.length(), MAX_BYTES));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(member.content()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UnusableImageException("not UTF-8 text", e);
        }
    }

    private List<Entry.Claim> lines(String text) throws UnusableImageException {
        List<Entry.Claim> claims = new ArrayList<>();
        for (String line : text.lines().map(String::strip).toList()) {
            if (!line.isEmpty()) {
                boolean number = line.matches("-?\\d{1,18}");
                String name = number ? names.of(Long.parseLong(line)) : line;
                claims.add(new Entry.Claim(List.of(name), 1));
            }
        }
        return claims;
    }

    private List<Entry.Claim> json(String text) throws UnusableImageException {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UnusableImageException("not JSON", e);
        }
        JsonNode labels = json.path("labels");
        if (labels.isMissingNode() || labels.isNull()) {
            return List.of();
        }
        List<JsonNode> list = listOf(labels);
        List<JsonNode> confidences = listOf(json.path("confidences"));
        if (!confidences.isEmpty() && confidences.size() != list.size()) {
            throw new UnusableImageException(
                    "%d confidences for %d labels".formatted(confidences.size(), list.size()));
        }
        List<Entry.Claim> claims = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            List<String> path = new ArrayList<>();
            for (JsonNode name : listOf(list.get(i))) {
                path.add(className(name));
            }
            if (path.isEmpty()) {
                throw new UnusableImageException("an empty path of classes");
            }
            float confidence = confidences.isEmpty() ? 1 : confidence(confidences.get(i));
            claims.add(new Entry.Claim(path, confidence));
        }
        return claims;
    }

    /** A list's elements, or the one value. */
    private static List<JsonNode> listOf(JsonNode node) {
        List<JsonNode> list = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(list::add);
        } else if (!node.isMissingNode() && !node.isNull()) {
            list.add(node);
        }
        return list;
    }

    private String className(JsonNode node) throws UnusableImageException {
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return names.of(node.asLong());
        }
        if (!node.isTextual() || node.asText().isBlank()) {
            throw new UnusableImageException("the label %s is no name or number".formatted(node));
        }
        return node.asText().strip();
    }

    private static float confidence(JsonNode node) throws UnusableImageException {
        double value = node.isNumber() ? node.asDouble() : Double.NaN;
        if (!(value >= 0 && value <= 1)) {
            throw new UnusableImageException("the confidence %s is not in 0..1".formatted(node));
        }
        return (float) value;
    }
}
