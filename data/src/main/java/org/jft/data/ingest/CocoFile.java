package org.jft.data.ingest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jft.core.failure.CorruptDataException;

/**
 * A JSON file of COCO: lists of images, categories and annotations, in any order, and the
 * annotations of an image anywhere in theirs. So one pass notes where each annotation lies (20
 * bytes of memory for each, and the list of images); then those of an image are read there.
 */
final class CocoFile {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private final List<Image> images = new ArrayList<>();
    private final Map<Long, Integer> indexOfImage = new HashMap<>();
    private final Map<Long, String> categories = new TreeMap<>();

    // Where annotations lie, in the order of the file.
    private long[] imageId = new long[1024];
    private long[] offset = new long[1024];
    private int[] length = new int[1024];
    private int count;

    // Annotations of image i: inOrder[first[i]] to inOrder[first[i + 1] - 1].
    private int[] first;
    private int[] inOrder;
    private int orphans;
    private int firstOrphan = -1;

    /**
     * An image as the file lists it.
     *
     * @param width pixels; 0 when the file does not say
     */
    record Image(long id, String fileName, int width, int height) {}

    private CocoFile(Path file) {
        this.file = file;
    }

    /**
     * Goes through a file.
     *
     * @throws CorruptDataException naming line and column where it is no such file
     */
    static CocoFile read(Path file) {
        CocoFile coco = new CocoFile(file);
        try (JsonParser json = JSON.createParser(Files.newInputStream(file))) {
            coco.index(json);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            boolean atEnd = at.getByteOffset() >= file.toFile().length();
            throw coco.corrupt(at.getLineNr(), at.getColumnNr(), atEnd ? "cut off" : "not JSON");
        } catch (IOException e) {
            throw new CorruptDataException(file, "cannot be read: " + e, e);
        }
        coco.sortByImage();
        return coco;
    }

    List<Image> images() {
        return images;
    }

    /** Returns names of categories by their ids, ascending. */
    Map<Long, String> categories() {
        return categories;
    }

    /** Returns how many annotations there are. */
    int annotations() {
        return count;
    }

    /** Returns lines about what the file has and nothing can be made of. */
    List<String> remarks() {
        return orphans == 0
                ? List.of()
                : List.of(
                        ("%s: %,d annotations are of images that it does not list, the first of"
                                        + " image %d: left aside")
                                .formatted(file, orphans, imageId[firstOrphan]));
    }

    private void index(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw corrupt(json, "no object, where COCO has images, categories and annotations");
        }
        boolean listsImages = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String list = json.currentName();
            json.nextToken();
            switch (list) {
                case "images" -> forEach(json, list, this::addImage);
                case "categories" -> forEach(json, list, this::addCategory);
                case "annotations" -> forEach(json, list, this::addAnnotation);
                default -> json.skipChildren();
            }
            listsImages |= list.equals("images");
        }
        if (!listsImages) {
            throw corrupt(json, "no list of images, as COCO has it");
        }
    }

    private interface Element {
        /** Takes a parser at the beginning of an object, leaves it at its end. */
        void read(JsonParser json) throws IOException;
    }

    private void forEach(JsonParser json, String list, Element element) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw corrupt(json, "'%s' is no list".formatted(list));
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw corrupt(json, "something else than an object in '%s'".formatted(list));
            }
            element.read(json);
        }
    }

    private void addImage(JsonParser json) throws IOException {
        JsonNode node = JSON.readTree(json);
        JsonNode name = node.path("file_name");
        if (!name.isTextual() || name.asText().isBlank()) {
            throw corrupt(json, "an image without file_name");
        }
        long id = id(json, node, "an image");
        if (indexOfImage.put(id, images.size()) != null) {
            throw corrupt(json, "a second image %d".formatted(id));
        }
        images.add(
                new Image(
                        id,
                        name.asText(),
                        node.path("width").asInt(),
                        node.path("height").asInt()));
    }

    private void addCategory(JsonParser json) throws IOException {
        JsonNode node = JSON.readTree(json);
        String name = node.path("name").asText("").strip();
        if (name.isEmpty()) {
            throw corrupt(json, "a category without name");
        }
        long id = id(json, node, "a category");
        if (categories.put(id, name) != null) {
            throw corrupt(json, "a second category %d".formatted(id));
        }
    }

    private long id(JsonParser json, JsonNode node, String what) {
        JsonNode id = node.path("id");
        if (!id.isIntegralNumber() || !id.canConvertToLong()) {
            throw corrupt(json, "%s without a whole number as id".formatted(what));
        }
        return id.asLong();
    }

    private void addAnnotation(JsonParser json) throws IOException {
        long start = json.currentTokenLocation().getByteOffset();
        if (start < 0) {
            throw corrupt(json, "not UTF-8 text");
        }
        boolean known = false;
        long image = 0;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            boolean names = json.currentName().equals("image_id");
            json.nextToken();
            if (names && json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                image = json.getLongValue();
                known = true;
            } else {
                json.skipChildren();
            }
        }
        if (!known) {
            throw corrupt(json, "an annotation without a whole number as image_id");
        }
        if (count == imageId.length) {
            imageId = Arrays.copyOf(imageId, 2 * count);
            offset = Arrays.copyOf(offset, 2 * count);
            length = Arrays.copyOf(length, 2 * count);
        }
        imageId[count] = image;
        offset[count] = start;
        length[count++] = Math.toIntExact(json.currentLocation().getByteOffset() - start);
    }

    private void sortByImage() {
        first = new int[images.size() + 1];
        int[] image = new int[count];
        for (int i = 0; i < count; i++) {
            image[i] = indexOfImage.getOrDefault(imageId[i], -1);
            if (image[i] < 0) {
                firstOrphan = orphans++ == 0 ? i : firstOrphan;
            } else {
                first[image[i] + 1]++;
            }
        }
        Arrays.parallelPrefix(first, Integer::sum);
        int[] next = first.clone();
        inOrder = new int[count - orphans];
        for (int i = 0; i < count; i++) {
            if (image[i] >= 0) {
                inOrder[next[image[i]]++] = i;
            }
        }
    }

    /** Takes an image, by its number in {@link #images}, and its annotations. */
    interface Visitor {
        void visit(int image, List<JsonNode> annotations);
    }

    /** Reads the annotations of all images, image by image. */
    void visit(Visitor visitor) {
        try (FileChannel channel = FileChannel.open(file)) {
            for (int i = 0; i < images.size(); i++) {
                List<JsonNode> ofImage = new ArrayList<>();
                for (int k = first[i]; k < first[i + 1]; k++) {
                    ofImage.add(annotation(channel, inOrder[k]));
                }
                visitor.visit(i, ofImage);
            }
        } catch (IOException e) {
            throw new CorruptDataException(file, "changed while it was read: " + e, e);
        }
    }

    private JsonNode annotation(FileChannel channel, int number) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length[number]);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset[number] + bytes.position()) < 0) {
                throw new CorruptDataException(file, "changed while it was read");
            }
        }
        return JSON.readTree(bytes.array());
    }

    private CorruptDataException corrupt(JsonParser json, String problem) {
        return corrupt(
                json.currentLocation().getLineNr(), json.currentLocation().getColumnNr(), problem);
    }

    private CorruptDataException corrupt(int line, int column, String problem) {
        return new CorruptDataException(
                file, "line %d, column %d: %s".formatted(line, column, problem));
    }
}
