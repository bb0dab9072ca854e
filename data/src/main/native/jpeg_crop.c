#include "jpeg_crop.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs it */
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

/* A pixel fills a vector register: red, green, blue, and a fourth that is never looked at. */
enum { LANES = 4, RGB = 3, ALIGNMENT = 64 };
typedef float pixel __attribute__((vector_size(LANES * sizeof(float))));

/*
 * The shares of source pixels in the pixels of a window, along one axis: pixel i is made of width
 * source pixels from first[i] on, with the weights from i * width on; the weights sum to 1.
 */
struct taps {
    int32_t *first;
    float *weights;
    int32_t width;
};

struct jpeg_crop {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jmp_buf escape;
    uint8_t *memory; /* reused from image to image */
    size_t capacity, used;
};

static void escape(j_common_ptr jpeg) {
    longjmp(((struct jpeg_crop *)jpeg->client_data)->escape, 1);
}

/* A warning means pixels that were made up. */
static void on_message(j_common_ptr jpeg, int level) {
    if (level < 0) {
        escape(jpeg);
    }
}

/* What calls setjmp stays small and apart: its variables must not live in registers. */
#define APART __attribute__((noinline))

APART static int create(struct jpeg_crop *crop) {
    if (setjmp(crop->escape)) {
        return 0;
    }
    jpeg_create_decompress(&crop->jpeg);
    return 1;
}

struct jpeg_crop *jpeg_crop_new(void) {
    struct jpeg_crop *crop = calloc(1, sizeof *crop);
    if (crop == NULL) {
        return NULL;
    }
    crop->jpeg.err = jpeg_std_error(&crop->errors);
    crop->jpeg.client_data = crop;
    crop->errors.error_exit = escape;
    crop->errors.emit_message = on_message;
    if (!create(crop)) {
        free(crop);
        return NULL;
    }
    return crop;
}

void jpeg_crop_free(struct jpeg_crop *crop) {
    if (crop != NULL) {
        jpeg_destroy_decompress(&crop->jpeg);
        free(crop->memory);
        free(crop);
    }
}

/* Takes the next bytes of the reused memory, aligned for vectors. */
static void *take(struct jpeg_crop *crop, size_t count, size_t size) {
    void *taken = crop->memory + crop->used;
    crop->used += (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return taken;
}

static int reserve(struct jpeg_crop *crop, size_t bytes) {
    crop->used = 0;
    if (bytes > crop->capacity) {
        free(crop->memory);
        crop->memory = aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        crop->capacity = crop->memory == NULL ? 0 : bytes;
    }
    return crop->memory != NULL;
}

/* The part of an axis of the reduced image that is resized: where it begins, how long it is. */
struct span {
    double start, length;
    int32_t low, high; /* pixels that it touches; low is in, high is not */
};

static struct span span(int32_t start, int32_t length, int32_t reduction) {
    struct span span = {(double)start / reduction, (double)length / reduction,
                        start / reduction, (start + length + reduction - 1) / reduction};
    return span;
}

static double support(const struct span *span, int32_t side) {
    double factor = span->length / side;
    return factor > 1 ? factor : 1;
}

/* Returns how many source pixels have a share in one of the window, at most. */
static int32_t taps_width(const struct span *span, int32_t side) {
    int32_t width = (int32_t)ceil(2 * support(span, side));
    int32_t touched = span->high - span->low;
    return width < touched ? width : touched;
}

/*
 * The triangle filter, widened by the factor where the image shrinks: bilinear with antialiasing,
 * as Pillow has it. Pixels outside the span have no share.
 */
static void triangle(struct taps *taps, const struct span *span, int32_t side, int32_t from,
                     int32_t count) {
    double reach = support(span, side);
    for (int32_t i = 0; i < count; i++) {
        double centre = span->start + (from + i + 0.5) * span->length / side;
        int32_t first = (int32_t)(centre - reach + 0.5);
        int32_t last_first = span->high - taps->width;
        first = first < span->low ? span->low : first > last_first ? last_first : first;
        float *weights = taps->weights + (size_t)i * taps->width;
        double sum = 0;
        for (int32_t k = 0; k < taps->width; k++) {
            double distance = (first + k + 0.5 - centre) / reach;
            double weight = 1 - (distance < 0 ? -distance : distance);
            weights[k] = weight > 0 ? (float)weight : 0;
            sum += weights[k];
        }
        for (int32_t k = 0; k < taps->width; k++) {
            weights[k] = (float)(weights[k] / sum);
        }
        taps->first[i] = first;
    }
}

/* Compiled for AVX2 as well; the processor decides when the library is loaded. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__)
#define VECTORISED __attribute__((target_clones("arch=haswell", "default")))
#else
#define VECTORISED
#endif

/* Inlined, so that a width known to the compiler unrolls the inner loop. */
#define UNROLLED static inline __attribute__((always_inline))

UNROLLED void weigh_columns(const pixel *restrict pixels, const struct taps *columns, int32_t width,
                            int32_t window, pixel *restrict out) {
    for (int32_t c = 0; c < window; c++) {
        const pixel *source = pixels + columns->first[c];
        const float *weights = columns->weights + (size_t)c * width;
        pixel sum = source[0] * weights[0];
        for (int32_t k = 1; k < width; k++) {
            sum += source[k] * weights[k];
        }
        out[c] = sum;
    }
}

UNROLLED void weigh_rows(const pixel *const *rows, const float *weights, int32_t width,
                         int32_t window, pixel *restrict out) {
    for (int32_t c = 0; c < window; c++) {
        pixel sum = rows[0][c] * weights[0];
        for (int32_t k = 1; k < width; k++) {
            sum += rows[k][c] * weights[k];
        }
        out[c] = sum;
    }
}

/* One row of the image to one of the window, not yet rounded. */
VECTORISED static void resize_row(const uint8_t *restrict bytes, int32_t width,
                                  pixel *restrict pixels, const struct taps *columns,
                                  int32_t window, pixel *restrict out) {
    float *floats = (float *)pixels;
    for (int32_t i = 0; i < width * LANES; i++) {
        floats[i] = bytes[i];
    }
    switch (columns->width) { /* unrolled up to half the size */
        case 2: weigh_columns(pixels, columns, 2, window, out); break;
        case 3: weigh_columns(pixels, columns, 3, window, out); break;
        case 4: weigh_columns(pixels, columns, 4, window, out); break;
        default: weigh_columns(pixels, columns, columns->width, window, out);
    }
}

/* Some such rows to one. */
VECTORISED static void blend_rows(const pixel *const *rows, const float *weights, int32_t width,
                                  int32_t window, pixel *restrict out) {
    switch (width) {
        case 2: weigh_rows(rows, weights, 2, window, out); break;
        case 3: weigh_rows(rows, weights, 3, window, out); break;
        case 4: weigh_rows(rows, weights, 4, window, out); break;
        default: weigh_rows(rows, weights, width, window, out);
    }
}

/* Rounds; a row of the window goes to every step bytes from out on. */
VECTORISED static void write_row(const pixel *restrict pixels, uint8_t *restrict bytes,
                                 int32_t window, uint8_t *out, ptrdiff_t step) {
    const float *floats = (const float *)pixels;
    for (int32_t i = 0; i < window * LANES; i++) {
        bytes[i] = (uint8_t)(int32_t)(floats[i] + 0.5f); /* weights sum to 1: at most 255 */
    }
    for (int32_t c = 0; c < window; c++) {
        memcpy(out + c * step, bytes + c * LANES, RGB);
    }
}

/*
 * The largest reduction by DCT scaling that leaves a side one and a half times as long as its
 * target: with fewer, the result is often more than 0.6 of 255 away from that of the whole
 * image.
 */
static int32_t reduction(const struct jpeg_crop_request *request) {
    int32_t shorter = request->width < request->height ? request->width : request->height;
    int32_t reduction = 1;
    while (reduction < 8 && shorter / (3 * reduction) >= request->side) {
        reduction *= 2;
    }
    return reduction;
}

/* Whether the pixels at the window's corners, hence all, fall into out. */
static int inside(const struct jpeg_crop_request *r, size_t out_length) {
    for (int corner = 0; corner < 4; corner++) {
        int64_t row = (corner & 1) ? r->window - 1 : 0;
        int64_t column = (corner & 2) ? r->window - 1 : 0;
        int64_t at = r->first + row * r->row_step + column * r->column_step;
        if (at < 0 || at + RGB > (int64_t)out_length) {
            return 0;
        }
    }
    return 1;
}

static int sane(const struct jpeg_crop_request *r, size_t out_length) {
    return r->image_width <= JPEG_MAX_DIMENSION && r->image_height <= JPEG_MAX_DIMENSION &&
           r->left >= 0 && r->width > 0 && r->left <= r->image_width - r->width &&
           r->top >= 0 && r->height > 0 && r->top <= r->image_height - r->height &&
           r->side > 0 && r->side <= JPEG_MAX_DIMENSION && r->window > 0 &&
           r->window_left >= 0 && r->window_left <= r->side - r->window &&
           r->window_top >= 0 && r->window_top <= r->side - r->window && inside(r, out_length);
}

/*
 * Whether this is a kind of file done here: 8-bit grey, YCbCr or RGB, of the announced size. Not
 * arithmetic coding: its broken files decode otherwise from version to version, without a word.
 */
static int known(const struct jpeg_decompress_struct *jpeg, const struct jpeg_crop_request *r) {
    return jpeg->image_width == (JDIMENSION)r->image_width &&
           jpeg->image_height == (JDIMENSION)r->image_height && jpeg->data_precision == 8 &&
           !jpeg->arith_code &&
           (jpeg->jpeg_color_space == JCS_GRAYSCALE || jpeg->jpeg_color_space == JCS_YCbCr ||
            jpeg->jpeg_color_space == JCS_RGB);
}

/* Each row of the window, as soon as the rows of the image that it is made of are there. */
static int decode_rows(struct jpeg_crop *crop, const struct jpeg_crop_request *r,
                       const struct taps *columns, const struct taps *rows, uint8_t *out) {
    j_decompress_ptr jpeg = &crop->jpeg;
    int32_t width = (int32_t)jpeg->output_width;
    /* Off alignment: the library writes aligned rows past the caches, and they are read at once. */
    uint8_t *scanline = (uint8_t *)take(crop, (size_t)width + 1, LANES) + LANES;
    pixel *pixels = take(crop, width, sizeof(pixel));
    pixel *ring = take(crop, (size_t)rows->width * r->window, sizeof(pixel));
    const pixel **source = take(crop, rows->width, sizeof *source);
    pixel *blended = take(crop, r->window, sizeof(pixel));
    uint8_t *bytes = take(crop, r->window, LANES);

    int32_t next = rows->first[0];
    if (next > 0 && jpeg_skip_scanlines(jpeg, next) != (JDIMENSION)next) {
        return 0;
    }
    for (int32_t i = 0; i < r->window; i++) {
        for (; next < rows->first[i] + rows->width; next++) {
            if (jpeg_read_scanlines(jpeg, &scanline, 1) != 1) {
                return 0;
            }
            pixel *row = ring + (size_t)(next % rows->width) * r->window;
            resize_row(scanline, width, pixels, columns, r->window, row);
        }
        for (int32_t k = 0; k < rows->width; k++) {
            source[k] = ring + (size_t)((rows->first[i] + k) % rows->width) * r->window;
        }
        blend_rows(source, rows->weights + (size_t)i * rows->width, rows->width, r->window,
                   blended);
        write_row(blended, bytes, r->window, out + r->first + (ptrdiff_t)i * r->row_step,
                  r->column_step);
    }
    return 1;
}

static struct taps take_taps(struct jpeg_crop *crop, int32_t window, int32_t width) {
    struct taps taps = {.width = width};
    taps.first = take(crop, window, sizeof(int32_t));
    taps.weights = take(crop, (size_t)window * width, sizeof(float));
    return taps;
}

/* Bytes of all that decode_window and decode_rows take. */
static size_t memory_needed(int32_t image_width, int32_t window, int32_t columns, int32_t rows) {
    size_t lines = ((size_t)image_width + 1) * (LANES + sizeof(pixel));
    size_t taps = (size_t)window * ((2 + columns + rows) * sizeof(float));
    size_t ring = ((size_t)window * (rows + 1) + rows) * sizeof(pixel) + (size_t)window * LANES;
    return lines + taps + ring + 10 * ALIGNMENT;
}

static int decode_window(struct jpeg_crop *crop, const struct jpeg_crop_request *r, uint8_t *out) {
    j_decompress_ptr jpeg = &crop->jpeg;
    int32_t reduced = reduction(r);
    jpeg->scale_num = 1;
    jpeg->scale_denom = reduced;
    jpeg->out_color_space = JCS_EXT_RGBX;
    jpeg->do_block_smoothing = FALSE; /* it is for files that are not there in whole */
    jpeg_start_decompress(jpeg);

    int32_t full_width = (int32_t)jpeg->output_width;
    struct span across = span(r->left, r->width, reduced);
    struct span down = span(r->top, r->height, reduced);
    int32_t across_width = taps_width(&across, r->side);
    int32_t down_width = taps_width(&down, r->side);
    if (!reserve(crop, memory_needed(full_width, r->window, across_width, down_width))) {
        return 0;
    }
    struct taps columns = take_taps(crop, r->window, across_width);
    struct taps rows = take_taps(crop, r->window, down_width);
    triangle(&columns, &across, r->side, r->window_left, r->window);
    triangle(&rows, &down, r->side, r->window_top, r->window);

    /* A pixel more on each side: chroma is not interpolated at the borders of what is decoded. */
    int32_t left = columns.first[0] - 1;
    int32_t right = columns.first[r->window - 1] + columns.width + 1;
    JDIMENSION offset = left < 0 ? 0 : (JDIMENSION)left;
    JDIMENSION width = (JDIMENSION)(right > full_width ? full_width : right) - offset;
    jpeg_crop_scanline(jpeg, &offset, &width); /* moves left to where a block begins */
    for (int32_t c = 0; c < r->window; c++) {
        columns.first[c] -= (int32_t)offset;
    }
    return decode_rows(crop, r, &columns, &rows, out);
}

APART static int decode(struct jpeg_crop *crop, const struct jpeg_crop_request *request,
                        const uint8_t *encoded, size_t length, uint8_t *out) {
    if (setjmp(crop->escape)) {
        return 0;
    }
    jpeg_mem_src(&crop->jpeg, encoded, (unsigned long)length);
    jpeg_read_header(&crop->jpeg, TRUE);
    return known(&crop->jpeg, request) && decode_window(crop, request, out);
}

int jpeg_crop_decode(struct jpeg_crop *crop, const struct jpeg_crop_request *request,
                     const uint8_t *encoded, size_t length, uint8_t *out, size_t out_length) {
    /* A file without an end may be cut off below the crop, where nobody would notice. */
    int whole = length >= 4 && encoded[length - 2] == 0xff && encoded[length - 1] == JPEG_EOI;
    if (!whole || !sane(request, out_length)) {
        return 0;
    }
    int done = decode(crop, request, encoded, length, out);
    jpeg_abort_decompress(&crop->jpeg); /* frees what the library holds of this image */
    return done;
}
