// The door from org.jft.core.engine.cuda.HostKernels to libraries of kernels.

#include <dlfcn.h>
#include <jni.h>

typedef int (*Launch)(const char*, unsigned, unsigned, unsigned, void**);

extern "C" JNIEXPORT jlong JNICALL
Java_org_jft_core_engine_cuda_HostKernels_open(JNIEnv* java, jclass, jstring path) {
    const char* text = java->GetStringUTFChars(path, nullptr);
    void* library = dlopen(text, RTLD_NOW | RTLD_LOCAL);
    java->ReleaseStringUTFChars(path, text);
    return library == nullptr ? 0 : (jlong)dlsym(library, "jft_launch");
}

extern "C" JNIEXPORT jboolean JNICALL
Java_org_jft_core_engine_cuda_HostKernels_launch(
        JNIEnv* java, jclass, jlong library, jstring name, jint x, jint y, jint threads,
        jlong arguments) {
    const char* text = java->GetStringUTFChars(name, nullptr);
    int known = ((Launch)library)(text, x, y, threads, (void**)arguments);
    java->ReleaseStringUTFChars(name, text);
    return known != 0;
}
