using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Devices;

namespace MultiEni.Simulator.Tests.Kubernetes;

public sealed class DeviceSelectorTests
{
    private const string Driver = "eni.example.com";

    private const string Device = """
        {
          "name": "d0",
          "attributes": {
            "subnet": {"string": "subnet-1"}, "index": {"int": 2}, "up": {"bool": true}, "firmware": {"version": "1.10.0-rc.1+b7"},
            "resource.kubernetes.io/numaNode": {"int": 0}
          },
          "capacity": {"bandwidth": {"value": "10Gi"}}
        }
        """;

    [Theory]
    [InlineData("device.driver == 'eni.example.com'", true)]
    [InlineData("device.attributes['eni.example.com'].index > 2", false)]
    [InlineData("device.attributes['eni.example.com'].up", true)]
    [InlineData("device.attributes['resource.kubernetes.io'].numaNode == 0", true)]
    [InlineData("'subnet' in device.attributes['eni.example.com'] && device.attributes['eni.example.com'].subnet.startsWith('subnet-')", true)]
    [InlineData("'subnet' in device.attributes['other.example.com']", false)]
    [InlineData("'other.example.com' in device.attributes", false)]
    [InlineData("device.attributes['eni.example.com'].?mac.orValue('none') == 'none'", true)]
    [InlineData("cel.bind(eni, device.attributes['eni.example.com'], eni.up && eni.index == 2)", true)]
    [InlineData("device.attributes['eni.example.com'].firmware.isGreaterThan(semver('1.9.0'))", true)]
    [InlineData("device.attributes['eni.example.com'].firmware.isLessThan(semver('1.10.0'))", true)]
    [InlineData("device.attributes['eni.example.com'].firmware == semver('1.10.0-rc.1')", true)]
    [InlineData("'1.10.0' == device.attributes['eni.example.com'].firmware || device.attributes['eni.example.com'].firmware == null", false)]
    [InlineData("device.attributes['eni.example.com'].firmware.minor() == 10", true)]
    [InlineData("semver('1.0.0-alpha.beta').isGreaterThan(semver('1.0.0-alpha.1')) && semver('1.0.0-a.11').isGreaterThan(semver('1.0.0-a.2'))", true)]
    [InlineData("isSemver('v1.0.0') || isSemver('1.00.0') || isQuantity('1x')", false)]
    [InlineData("device.capacity['eni.example.com'].bandwidth.compareTo(quantity('10240Mi')) == 0", true)]
    [InlineData("device.capacity['eni.example.com'].bandwidth.isLessThan(quantity('1Gi'))", false)]
    [InlineData("device.capacity['eni.example.com'].bandwidth == quantity('10240Mi')", true)]
    [InlineData("device.attributes.exists(domain, domain == 'resource.kubernetes.io')", true)]
    [InlineData("device.allowMultipleAllocations", false)]
    public void A_selector_tells_whether_a_device_matches(string expression, bool matches) =>
        Assert.Equal(matches, DeviceSelector.Compile(expression).Matches(Driver, JsonNode.Parse(Device)!.AsObject()));

    [Theory]
    [InlineData("device.attributes['eni.example.com'].mac == 'a'", "no such key: mac")]
    [InlineData("device.attributes['eni.example.com'].subnet", "no bool")]
    [InlineData("device.attributes['eni.example.com'].subnet > 1", "wrong type")]
    [InlineData("device.attributes['eni.example.com'].firmware == '1.10.0'", "wrong type")]
    [InlineData("device.attributes['eni.example.com'].index.isGreaterThan(semver('1.0.0'))", "wrong type")]
    public void A_selector_that_fails_says_so_instead_of_not_matching(string expression, string why)
    {
        var selector = DeviceSelector.Compile(expression);

        var failure = Assert.Throws<DeviceSelectorException>(() => selector.Matches(Driver, JsonNode.Parse(Device)!.AsObject()));

        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("device.driver", false)]
    [InlineData("device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.attributes.all(d, a == b && c == d))))", true)]
    public void A_selector_that_the_server_refuses_is_not_compiled(string expression, bool isTooCostly) =>
        Assert.Equal(isTooCostly, Assert.Throws<DeviceSelectorException>(() => DeviceSelector.Compile(expression)).IsTooCostly);

    [Theory]
    [InlineData("device.driver ==")]
    [InlineData("device.nothing")]
    [InlineData("device.driver.lowerAscii() == 'a'")]
    [InlineData("device.attributes")]
    [InlineData("device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, a == b && b == c)))")]
    public void A_selector_that_is_not_understood_is_not_simulated(string expression) =>
        Assert.Throws<NotSimulatedException>(() => DeviceSelector.Compile(expression));
}
