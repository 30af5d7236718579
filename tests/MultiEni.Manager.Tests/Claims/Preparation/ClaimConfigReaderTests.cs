using System.Text.Json;
using MultiEni.Api;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Claims.Preparation;

namespace MultiEni.Manager.Tests.Claims.Preparation;

public sealed class ClaimConfigReaderTests
{
    private const string Head = """ "apiVersion": "eni.networking.k8s.aws/v1alpha1", "kind": "ENIClaimConfig" """;

    private static readonly AllocatedDevice Plain = new() { Request = "nic" };

    [Theory]
    [InlineData("", null, null)]
    [InlineData(""", "mode": "dpdk" """, "dpdk", null)]
    [InlineData(""", "mode": "kernel" """, "kernel", null)]
    [InlineData(""", "mode": "dpdk", "driver": "igb_uio" """, "dpdk", "igb_uio")]
    [InlineData(""", "driver": "vfio-pci" """, null, "vfio-pci")]
    public void What_is_left_out_is_left_to_the_device(string rest, string? mode, string? driver)
    {
        var config = Assert.IsType<ReadConfig.Valid>(Parse($"{{{Head}{rest}}}")).Config;
        Assert.Equal((mode, driver), (config.Mode, config.Driver));
    }

    [Theory]
    [InlineData("{}", "apiVersion ''")]
    [InlineData("[]", "no object")]
    [InlineData("""{"apiVersion": "eni.networking.k8s.aws/v1", "kind": "ENIClaimConfig"}""", "'eni.networking.k8s.aws/v1'")]
    [InlineData("""{"apiVersion": "eni.networking.k8s.aws/v1alpha1", "kind": "EniClaimConfig"}""", "'EniClaimConfig'")]
    [InlineData($$"""{{{Head}}, "Mode": "dpdk"}""", "'Mode'")]
    [InlineData($$"""{{{Head}}, "mtu": 9001}""", "'mtu'")]
    [InlineData($$"""{{{Head}}, "mode": "DPDK"}""", "'DPDK'")]
    [InlineData($$"""{{{Head}}, "mode": ""}""", "mode ''")]
    [InlineData($$"""{{{Head}}, "mode": true}""", "mode true")]
    [InlineData($$"""{{{Head}}, "mode": null}""", "mode null")]
    [InlineData($$"""{{{Head}}, "driver": "ena"}""", "'ena'")]
    [InlineData($$"""{{{Head}}, "mode": "kernel", "driver": "vfio-pci"}""", "together with mode kernel")]
    public void What_makes_no_sense_is_refused_with_what_it_is_and_what_to_write(string document, string named)
    {
        var why = Assert.IsType<ReadConfig.Invalid>(Parse(document)).Why;
        Assert.StartsWith("The claim has ", why, StringComparison.Ordinal);
        Assert.Contains(named, why, StringComparison.Ordinal);
        Assert.Contains("Write apiVersion: eni.networking.k8s.aws/v1alpha1, kind: ENIClaimConfig", why, StringComparison.Ordinal);
    }

    [Fact]
    public void No_document_is_refused_too() => Assert.IsType<ReadConfig.Invalid>(ClaimConfigReader.Parse(null, "The claim"));

    [Fact]
    public void The_claim_wins_over_the_class_wherever_it_stands_and_the_last_word_over_the_first()
    {
        var config = Read(
            Plain,
            Said("FromClaim", "\"mode\": \"dpdk\""),
            Said("FromClass", "\"mode\": \"kernel\""),
            Said("FromClass", "\"driver\": \"uio_pci_generic\""),
            Said("FromClaim", "\"driver\": \"igb_uio\"")
        );
        Assert.Equal(("dpdk", "igb_uio"), (config.Mode, config.Driver));
    }

    [Fact]
    public void What_a_class_says_of_the_driver_stays_when_the_claim_says_the_mode()
    {
        var config = Read(Plain, Said("FromClass", "\"driver\": \"igb_uio\""), Said("FromClaim", "\"mode\": \"dpdk\""));
        Assert.Equal(("dpdk", "igb_uio"), (config.Mode, config.Driver));
    }

    [Theory]
    [InlineData("nic", "nic", true)]
    [InlineData("nic", "other", false)]
    [InlineData("nic/fast", "nic", true)]
    [InlineData("nic/fast", "nic/fast", true)]
    [InlineData("nic/fast", "nic/slow", false)]
    public void A_word_about_some_requests_is_none_about_others(string request, string about, bool counts) =>
        Assert.Equal(
            counts ? "dpdk" : null,
            Read(new AllocatedDevice { Request = request }, Said("FromClaim", "\"mode\": \"dpdk\"") with { Requests = [about] }).Mode
        );

    [Fact]
    public void A_word_to_another_driver_is_not_read()
    {
        var foreign = Said("FromClaim", "\"mode\": \"nonsense\"");
        foreign.Opaque!.Driver = "gpu.example.com";
        Assert.Null(Read(Plain, foreign).Mode);
    }

    [Fact]
    public void Nonsense_of_the_class_is_told_as_the_classs()
    {
        var invalid = ClaimConfigReader.Read([Said("FromClass", "\"mode\": \"x\"")], Plain);
        Assert.StartsWith("The device class has mode 'x'", Assert.IsType<ReadConfig.Invalid>(invalid).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_word_everything_is_left_to_the_device() =>
        Assert.Equal(
            (null, null),
            (Assert.IsType<ReadConfig.Valid>(ClaimConfigReader.Read(null, Plain)).Config is var config ? (config.Mode, config.Driver) : default)
        );

    private static ReadConfig Parse(string document) => ClaimConfigReader.Parse(JsonDocument.Parse(document).RootElement, "The claim");

    private static EniClaimConfig Read(AllocatedDevice device, params AllocationConfig[] config) =>
        Assert.IsType<ReadConfig.Valid>(ClaimConfigReader.Read(config, device)).Config;

    private static AllocationConfig Said(string source, string fields) =>
        new()
        {
            Source = source,
            Opaque = new OpaqueConfig { Driver = ClaimNames.Driver, Parameters = JsonDocument.Parse($"{{{Head}, {fields}}}").RootElement },
        };

    [Fact]
    public void What_the_product_writes_itself_is_read()
    {
        var written = JsonSerializer.Serialize(new EniClaimConfig { Mode = ClaimModes.Dpdk }, ApiJson.Default.EniClaimConfig);
        Assert.Equal(ClaimModes.Dpdk, Assert.IsType<ReadConfig.Valid>(Parse(written)).Config.Mode);
    }
}
