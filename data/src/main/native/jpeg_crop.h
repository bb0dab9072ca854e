/*
 * A JPEG's crop, resized to a square of uint8 RGB, through libjpeg-turbo.
 * Only what the crop needs is decoded; nothing is printed; no input ends the process.
 */
#ifndef JFT_JPEG_CROP_H
#define JFT_JPEG_CROP_H

#include <stddef.h>
#include <stdint.h>

/*
 * The crop (in pixels of the stored image) is resized to side x side pixels, out of which the
 * window is taken and written pixel by pixel: that of row r and column c goes to
 * out + first + r * row_step + c * column_step. So mirroring and turning are a matter of steps.
 */
struct jpeg_crop_request {
    int32_t image_width, image_height; /* what the header said */
    int32_t left, top, width, height;
    int32_t side;
    int32_t window_left, window_top, window; /* window: its side */
    int32_t first, row_step, column_step;    /* bytes */
};

struct jpeg_crop;

/* Returns NULL without memory, or when the library is another than the one compiled against. */
struct jpeg_crop *jpeg_crop_new(void);

void jpeg_crop_free(struct jpeg_crop *crop);

/*
 * Returns 1 when the window is written; 0 when another decoder should judge this file: it is
 * broken, cut off, of another size than the request says, or of a kind that is not done here.
 * Then out holds anything. One thread at a time.
 */
int jpeg_crop_decode(struct jpeg_crop *crop, const struct jpeg_crop_request *request,
                     const uint8_t *encoded, size_t length, uint8_t *out, size_t out_length);

#endif
