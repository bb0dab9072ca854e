package org.jft.eval.report;

import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.jft.eval.report.ContactSheet.Entry;
import org.jft.eval.report.ContactSheet.Guess;

/** The contact sheet on the page; its pictures are inside the page. */
final class HtmlMistakes {
    private static final int SHOWN = 6; // labels of an image

    private HtmlMistakes() {}

    static String render(ContactSheet sheet) {
        if (!sheet.obstacle().isEmpty()) {
            return "<p class=\"note\">%s</p>\n"
                    .formatted(Markup.escape(HtmlFits.sentence(sheet.obstacle())));
        }
        StringBuilder html =
                new StringBuilder("<p class=\"reading\">Held-out images whose best-scored class is")
                        .append(" none of their labels, the surest first: ordered by the")
                        .append(" probability of that class. A sure mistake may also be a label")
                        .append(" that is wrong or missing. ")
                        .append(Markup.escape(HtmlFits.sentence(sheet.about())))
                        .append("</p>\n<div class=\"sheet\">\n");
        sheet.images().forEach(image -> html.append(card(image)));
        return html.append("</div>\n<p class=\"reading\">")
                .append("Classes compete that have none below them; of the labels the most")
                .append(" specific are shown. Images: ")
                .append(Markup.escape(sheet.source()))
                .append(".")
                .append(sheet.notice().isEmpty() ? "" : " " + Markup.escape(sheet.notice()))
                .append("</p>\n")
                .toString();
    }

    private static String card(Entry image) {
        String labels = image.labels().stream().map(Guess::name).collect(Collectors.joining(", "));
        return "<figure title=\"%s\">\n<img alt=\"%s\" src=\"data:image/jpeg;base64,%s\"/>\n"
                        .formatted(
                                Markup.escape(image.place()),
                                Markup.escape(labels),
                                Base64.getEncoder().encodeToString(image.jpeg()))
                + "<figcaption>"
                + guesses("taken for", image.predictions())
                + guesses("is", image.labels())
                + "</figcaption>\n</figure>\n";
    }

    private static String guesses(String heading, List<Guess> guesses) {
        StringBuilder html = new StringBuilder("<b>%s</b>".formatted(heading));
        for (Guess guess : guesses.subList(0, Math.min(SHOWN, guesses.size()))) {
            html.append(
                    "<span class=\"%s\"><i>%s</i> %s</span>"
                            .formatted(
                                    guess.right() ? "right" : "wrong",
                                    Markup.escape(guess.name()).replace("/", "/<wbr/>"),
                                    percent(guess.probability())));
        }
        if (guesses.size() > SHOWN) {
            html.append("<small>and %d more</small>".formatted(guesses.size() - SHOWN));
        }
        return html.toString();
    }

    /** Whole percents: a mistake that is sure to 99.99% is not sure to 100%. */
    private static String percent(double probability) {
        if (probability < 0.005) {
            return "&lt;1%";
        }
        return probability > 0.995 ? "&gt;99%" : Math.round(100 * probability) + "%";
    }
}
