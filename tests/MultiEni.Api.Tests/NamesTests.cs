using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsCheck;

namespace MultiEni.Api.Tests;

public sealed partial class NamesTests
{
    [Fact]
    public void A_name_that_fits_is_its_own_label() => Assert.Equal(new string('x', 63), Names.LabelValue(new string('x', 63)));

    [Fact]
    public void Any_name_becomes_a_label_that_Kubernetes_takes() =>
        Gen.String[Gen.Char.AlphaNumeric, 1, 253]
            .Sample(name =>
            {
                var label = Names.LabelValue(name);
                Assert.Matches(LabelValue(), label);
                Assert.Equal(label, Names.LabelValue(name));
            });

    [Fact]
    public void Long_names_that_differ_only_at_the_end_get_different_labels() =>
        Assert.NotEqual(Names.LabelValue(new string('x', 100) + "a"), Names.LabelValue(new string('x', 100) + "b"));

    [Theory]
    [InlineData(typeof(Reasons))]
    [InlineData(typeof(ConditionTypes))]
    public void Words_in_conditions_equal_their_constants_and_are_explained(Type constants)
    {
        var fields = constants.GetFields(BindingFlags.Public | BindingFlags.Static);
        Assert.NotEmpty(fields);
        var documentation = XDocument.Load(Path.ChangeExtension(constants.Assembly.Location, ".xml"));
        var explained = documentation
            .Descendants("member")
            .Where(member => !string.IsNullOrWhiteSpace(member.Element("summary")?.Value))
            .Select(member => (string)member.Attribute("name")!)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            Assert.Equal(field.Name, field.GetRawConstantValue());
            Assert.Matches(ReasonWord(), field.Name);
            Assert.Contains($"F:{constants.FullName}.{field.Name}", explained);
        }
    }

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValue();

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReasonWord();
}
