package org.jft.walls;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/** Rules about who may import whom; a package that does not exist yet breaks none. */
final class Walls {
    private Walls() {}

    /** Returns the rule that one room sees none of the others. */
    static ArchRule blind(String room, String... others) {
        return noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .allowEmptyShould(true);
    }

    /** Returns the rule that a library stops at the given rooms. */
    static ArchRule onlyIn(String[] library, String... rooms) {
        return noClasses()
                .that(outside(rooms))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library)
                .allowEmptyShould(true)
                .as("only %s may import %s".formatted(Arrays.asList(rooms), library[0]));
    }

    /** Returns the rule that packages below a root do not depend on each other in circles. */
    static ArchRule noCycles(String root) {
        return slices().matching(root + ".(**)").should().beFreeOfCycles().allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> outside(String... rooms) {
        return DescribedPredicate.not(resideInAnyPackage(rooms));
    }
}
