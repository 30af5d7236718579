using MultiEni.Operator.Configuration;

namespace MultiEni.Controller.Tests;

public sealed class ControllerSettingsTests
{
    [Fact]
    public void Without_anything_set_the_defaults_are_those_of_the_documentation()
    {
        var settings = Read([]);

        Assert.Equal(
            (TimeSpan.FromMinutes(5), 5, 1, ":8080"),
            (settings.ReconcilePeriod, settings.ConcurrentReconciles, settings.DefaultDeviceIndex, settings.MetricsAddress)
        );
        Assert.Equal(
            (true, false, false, 2, false),
            (
                settings.PermissionPreflight,
                settings.ManageStartupTaint,
                settings.Imds.AutoConfigure,
                settings.Imds.HopLimit,
                settings.Imds.OnSelectedNodes
            )
        );
        Assert.Empty(settings.Warnings);
    }

    [Fact]
    public void Variables_of_the_former_controller_work()
    {
        var settings = Read(
            [],
            ("RECONCILE_PERIOD", "2m"),
            ("DETACHMENT_TIMEOUT", "15s"),
            ("MAX_CONCURRENT_RECONCILES", "7"),
            ("MAX_CONCURRENT_ENI_CLEANUP", "3"),
            ("MAX_CLEANUP_DURATION", "10m"),
            ("DEFAULT_DEVICE_INDEX", "4"),
            ("IMDS_AUTO_CONFIGURE_HOP_LIMIT", "true"),
            ("IMDS_HOP_LIMIT", "3"),
            ("IMDS_AGGRESSIVE_CONFIGURATION", "true"),
            ("NODE_NAME", "node-1"),
            ("EC2_INSTANCE_ID", "i-0123456789abcdef0"),
            ("METRICS_PORT", "9090"),
            ("MANAGE_STARTUP_TAINT", "true"),
            ("AWS_REGION", "eu-central-1")
        );

        Assert.Equal(
            (TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(10)),
            (settings.ReconcilePeriod, settings.TimeLimits.ForceDetachAfter, settings.MaximumCleanupDuration)
        );
        Assert.Equal(
            (7, 3, 4, ":9090", "eu-central-1"),
            (settings.ConcurrentReconciles, settings.ConcurrentCleanups, settings.DefaultDeviceIndex, settings.MetricsAddress, settings.Region)
        );
        Assert.Equal(
            (true, 3, true, "node-1", "i-0123456789abcdef0"),
            (settings.Imds.AutoConfigure, settings.Imds.HopLimit, settings.Imds.OnSelectedNodes, settings.Imds.NodeName, settings.Imds.InstanceId)
        );
        Assert.True(settings.ManageStartupTaint);
        Assert.Empty(settings.Warnings);
    }

    [Fact]
    public void An_address_that_is_given_beats_a_port_that_is_given() =>
        Assert.Equal("127.0.0.1:1", Read(["--metrics-addr=127.0.0.1:1"], ("METRICS_PORT", "9090")).MetricsAddress);

    [Theory]
    [Trait("weakness", "W5")]
    [Trait("weakness", "W14")]
    [InlineData("DEFAULT_DELETE_ON_TERMINATION", "false", "spec.deleteOnTermination")]
    [InlineData("CIRCUIT_BREAKER_ENABLED", "false", "EC2_RATE_PROFILE")]
    [InlineData("CIRCUIT_BREAKER_FAILURE_THRESHOLD", "9", "EC2_RATE_PROFILE")]
    [InlineData("CIRCUIT_BREAKER_SUCCESS_THRESHOLD", "9", "EC2_RATE_PROFILE")]
    [InlineData("CIRCUIT_BREAKER_TIMEOUT", "9s", "EC2_RATE_PROFILE")]
    [InlineData("USE_EC2_FACADE", "true", "remove the variable")]
    [InlineData("PRIVATE_IP", "10.0.0.1", "NODE_NAME")]
    public void A_setting_without_effect_is_reported_with_what_to_use_instead(string name, string value, string instead)
    {
        var warning = Assert.Single(Read([], (name, value)).Warnings);

        Assert.Contains(instead, warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DEFAULT_DELETE_ON_TERMINATION", "true")]
    [InlineData("CIRCUIT_BREAKER_ENABLED", "true")]
    [InlineData("CIRCUIT_BREAKER_TIMEOUT", "30s")]
    [InlineData("USE_EC2_FACADE", "false")]
    public void An_input_without_special_settings_logs_no_warning(string name, string value) => Assert.Empty(Read([], (name, value)).Warnings);

    [Theory]
    [InlineData("DEFAULT_DEVICE_INDEX", "0")]
    [InlineData("IMDS_HOP_LIMIT", "65")]
    [InlineData("EC2_INSTANCE_ID", "node-1")]
    [InlineData("CIRCUIT_BREAKER_TIMEOUT", "soon")]
    [InlineData("USE_EC2_FACADE", "maybe")]
    [InlineData("METRICS_PORT", "eighty")]
    public void A_bad_value_stops_the_start_with_name_and_value(string name, string value)
    {
        var refused = Assert.Throws<SettingsException>(() => Read([], (name, value)));

        Assert.Contains($"{name}: '{value}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_documentation_lists_the_settings_that_there_are()
    {
        var reader = new SettingsReader("eni-controller", [], _ => null);
        using var loggers = ControllerSettings.ReadLogging(reader, TimeProvider.System);
        ControllerSettings.Read(reader);
        var table = reader.HelpTable();

        var page = File.ReadAllText(Repository.PathOf("docs/controller-settings.md"));

        Assert.True(page.Contains(table, StringComparison.Ordinal), $"docs/controller-settings.md should contain this table:\n{table}");
    }

    [Theory]
    [InlineData("AWS_METADATA_SERVICE_TIMEOUT")]
    [InlineData("AWS_EC2_METADATA_DISABLED")]
    [InlineData("AWS_WEB_IDENTITY_TOKEN_FILE")]
    [InlineData("AWS_CONTAINER_CREDENTIALS_FULL_URI")]
    [InlineData("AWS_ENDPOINT_URL_EC2")]
    [InlineData("COMPONENT")]
    public void Variables_that_others_read_are_explained_there_too(string name) =>
        Assert.Contains($"`{name}`", File.ReadAllText(Repository.PathOf("docs/controller-settings.md")), StringComparison.Ordinal);

    private static ControllerSettings Read(string[] arguments, params (string Name, string Value)[] environment)
    {
        var reader = new SettingsReader(
            "eni-controller",
            arguments,
            environment.ToDictionary(pair => pair.Name, pair => pair.Value).GetValueOrDefault
        );
        var settings = ControllerSettings.Read(reader);
        reader.Finish();
        return settings;
    }
}
