package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The functions of CUDA that we call. One that the loaded CUDA lacks would end the process, so each
 * must be in the list of those that all bound versions and CUDA 13.0 have, with one signature in
 * all bindings.
 */
class BindingsTest {
    private static final Path BINDINGS = Path.of("target/cuda-bindings");
    private static final String GLOBAL = "org.bytedeco.cuda.global.";

    /** A call: class, name and parameter types, as names. */
    private record Function(String owner, String name, List<String> parameters) {}

    private static Set<Function> called() {
        JavaClasses ours =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("org.jft.core.engine.cuda");
        return ours.stream()
                .flatMap(type -> type.getAccessesFromSelf().stream())
                .filter(access -> access.getTargetOwner().getName().startsWith(GLOBAL))
                .filter(
                        access ->
                                !(access
                                        instanceof
                                        com.tngtech.archunit.core.domain.JavaFieldAccess))
                .map(BindingsTest::function)
                .collect(Collectors.toSet());
    }

    private static Function function(JavaAccess<?> access) {
        var target =
                (com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget)
                        access.getTarget();
        return new Function(
                access.getTargetOwner().getName(),
                access.getTarget().getName(),
                target.getRawParameterTypes().stream().map(type -> type.getName()).toList());
    }

    private static Set<String> list() throws IOException {
        try (InputStream in = BindingsTest.class.getResourceAsStream("cuda-functions.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .collect(Collectors.toSet());
        }
    }

    private static Set<String> calledOf(String library) {
        return called().stream()
                .filter(function -> function.owner().equals(GLOBAL + library))
                .map(Function::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void shouldCallFunctionsOfTheRuntimeAndTheDriverThatAllVersionsHave() throws IOException {
        Set<String> names = calledOf("cudart");

        assertThat(names).hasSizeGreaterThan(20); // else nothing was looked at
        assertThat(list()).containsAll(names);
    }

    @Test
    void shouldCallFunctionsOfNcclThatAllVersionsHave() throws IOException {
        assertThat(calledOf("nccl")).contains("ncclAllReduce").isSubsetOf(list());
    }

    static List<Path> bindings() throws IOException {
        try (Stream<Path> jars = Files.list(BINDINGS)) {
            return jars.toList();
        }
    }

    @Test
    void shouldBeHeldToBothBindings() throws IOException {
        assertThat(bindings()).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("bindings")
    void shouldCallWhatEachBindingHasWithTheSameParameters(Path jar) throws Exception {
        Set<Function> lacking = new java.util.HashSet<>();
        // Children first: the class path has one of the two.
        ClassLoader javacpp = new JavaCppOnly();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, javacpp)) {
            for (Function function : called()) {
                Class<?> owner = Class.forName(function.owner(), false, loader);
                boolean there =
                        Arrays.stream(owner.getMethods())
                                .filter(method -> method.getName().equals(function.name()))
                                .anyMatch(method -> takes(method, function.parameters()));
                if (!there) {
                    lacking.add(function);
                }
            }
        }

        assertThat(lacking).as("what %s has not", jar.getFileName()).isEmpty();
    }

    private static boolean takes(Method method, List<String> parameters) {
        return Arrays.stream(method.getParameterTypes())
                .map(Class::getName)
                .toList()
                .equals(parameters);
    }

    /** The class path without any binding of CUDA. */
    private static final class JavaCppOnly extends ClassLoader {
        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.bytedeco.cuda.")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }
}
