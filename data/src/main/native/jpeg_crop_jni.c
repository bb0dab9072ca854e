/* The native methods of org.jft.data.image.JpegCropper. */
#include <jni.h>

#include "jpeg_crop.h"

_Static_assert(sizeof(struct jpeg_crop_request) % sizeof(jint) == 0, "a request is an int[]");

JNIEXPORT jlong JNICALL Java_org_jft_data_image_JpegCropper_create(JNIEnv *env, jclass type) {
    (void)env;
    (void)type;
    return (jlong)(intptr_t)jpeg_crop_new();
}

JNIEXPORT void JNICALL Java_org_jft_data_image_JpegCropper_destroy(JNIEnv *env, jclass type,
                                                                  jlong crop) {
    (void)env;
    (void)type;
    jpeg_crop_free((struct jpeg_crop *)(intptr_t)crop);
}

JNIEXPORT jboolean JNICALL Java_org_jft_data_image_JpegCropper_decode(
    JNIEnv *env, jclass type, jlong crop, jintArray request, jobject encoded, jint length,
    jobject out) {
    (void)type;
    struct jpeg_crop_request fields;
    (*env)->GetIntArrayRegion(env, request, 0, sizeof fields / sizeof(jint), (jint *)&fields);
    const uint8_t *from = (*env)->GetDirectBufferAddress(env, encoded);
    uint8_t *to = (*env)->GetDirectBufferAddress(env, out);
    jlong from_length = (*env)->GetDirectBufferCapacity(env, encoded);
    jlong to_length = (*env)->GetDirectBufferCapacity(env, out);
    if ((*env)->ExceptionCheck(env) || from == NULL || to == NULL || length < 0 ||
        length > from_length) {
        return JNI_FALSE;
    }
    return jpeg_crop_decode((struct jpeg_crop *)(intptr_t)crop, &fields, from, (size_t)length, to,
                            (size_t)to_length) != 0;
}
