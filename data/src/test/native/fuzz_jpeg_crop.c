/*
 * Feeds broken JPEGs to the decoder: files given as arguments, with random bytes changed, cut out
 * and repeated, and random requests. For a build with sanitizers:
 *
 *   cc -std=c11 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
 *      -I data/src/main/native data/src/test/native/fuzz_jpeg_crop.c \
 *      data/src/main/native/jpeg_crop.c -ljpeg -lm -o fuzz && ./fuzz 100000 SEED *.jpg
 */
#include "jpeg_crop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 1 << 20, LARGEST_WINDOW = 64 };

static uint64_t state;

static uint32_t below(uint32_t bound) { /* splitmix64 */
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) >> 32) % bound;
}

static size_t break_file(uint8_t *file, size_t length) {
    for (uint32_t i = below(4); i > 0; i--) {
        size_t at = below((uint32_t)length - 2);
        switch (below(5)) {
            case 0: file[at] ^= (uint8_t)(1u << below(8)); break;
            case 1: file[below(length < 700 ? (uint32_t)length : 700)] = (uint8_t)below(256); break;
            case 2: file[at] = 0xff; file[at + 1] = (uint8_t)(0xc0 + below(64)); break;
            case 3: memset(file + at, 0xff, below((uint32_t)(length - at - 2) + 1)); break;
            default: {
                size_t cut = below((uint32_t)(length - at - 2) + 1);
                memmove(file + at, file + at + cut, length - at - cut);
                length -= cut;
            }
        }
    }
    return length;
}

/* Mostly right; now and then not. */
static struct jpeg_crop_request random_request(int32_t width, int32_t height) {
    int32_t off = below(20) == 0 ? (int32_t)below(5) - 2 : 0;
    struct jpeg_crop_request r = {.image_width = width, .image_height = height};
    r.width = 1 + (int32_t)below((uint32_t)width);
    r.height = 1 + (int32_t)below((uint32_t)height);
    r.left = (int32_t)below((uint32_t)(width - r.width) + 1) + off;
    r.top = (int32_t)below((uint32_t)(height - r.height) + 1);
    r.window = 1 + (int32_t)below(LARGEST_WINDOW);
    r.side = r.window + (int32_t)below(below(2) ? 30 : 1) + off;
    r.window_left = (int32_t)below((uint32_t)(r.side > r.window ? r.side - r.window : 0) + 1);
    r.window_top = (int32_t)below((uint32_t)(r.side > r.window ? r.side - r.window : 0) + 1);
    int mirrored = (int)below(2);
    r.column_step = mirrored ? -3 : 3;
    r.row_step = 3 * r.window;
    r.first = (mirrored ? 3 * (r.window - 1) : 0) + off;
    if (below(4) == 0) {
        int32_t step = r.row_step;
        r.row_step = r.column_step;
        r.column_step = step;
    }
    return r;
}

/* The size that the first frame header says, or 1 x 1. */
static void size_of(const uint8_t *file, size_t length, int32_t *width, int32_t *height) {
    *width = *height = 1;
    for (size_t at = 0; at + 9 < length; at++) {
        if (file[at] == 0xff && file[at + 1] >= 0xc0 && file[at + 1] <= 0xc2) {
            *height = file[at + 5] << 8 | file[at + 6];
            *width = file[at + 7] << 8 | file[at + 8];
            *width += *width == 0;
            *height += *height == 0;
            return;
        }
    }
}

int main(int count, char **arguments) {
    if (count < 4) {
        fprintf(stderr, "usage: %s ROUNDS SEED FILE...\n", arguments[0]);
        return 2;
    }
    long rounds = atol(arguments[1]);
    state = strtoull(arguments[2], NULL, 10);
    struct jpeg_crop *crop = jpeg_crop_new();
    long decoded = 0;
    for (long round = 0; round < rounds; round++) {
        static uint8_t whole[LARGEST_FILE];
        FILE *in = fopen(arguments[3 + below((uint32_t)count - 3)], "rb");
        if (in == NULL || crop == NULL) {
            return 1;
        }
        size_t length = break_file(whole, fread(whole, 1, LARGEST_FILE, in));
        fclose(in);
        int32_t width, height;
        size_of(whole, length, &width, &height);
        if ((int64_t)width * height > 4000000) {
            continue; /* refused by the caller, by a larger limit */
        }
        struct jpeg_crop_request request = random_request(width, height);
        /* Both exactly as large as they are said to be, so that a byte outside is noticed. */
        size_t out_length = (size_t)3 * request.window * request.window;
        uint8_t *file = malloc(length);
        uint8_t *out = malloc(out_length);
        memcpy(file, whole, length);
        decoded += jpeg_crop_decode(crop, &request, file, length, out, out_length);
        free(file);
        free(out);
    }
    jpeg_crop_free(crop);
    printf("%ld of %ld decoded\n", decoded, rounds);
    return 0;
}
