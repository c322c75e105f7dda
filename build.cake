// dotnet cake --target=Test. Targets: Build, Test, Unit, Format, Bench, Publish.
var target = Argument("target", "Test");
var configuration = Argument("configuration", "Release");
var artifacts = MakeAbsolute(Directory("./artifacts"));

Task("Build")
    .Does(() => DotNetBuild("./Lakehouse.sln", new DotNetBuildSettings { Configuration = configuration }));

Task("Test")
    .IsDependentOn("Build")
    .Does(() =>
    {
        CleanDirectory(artifacts.Combine("tests"));
        DotNetTest("./Lakehouse.Tests", new DotNetTestSettings
        {
            Configuration = configuration,
            NoBuild = true,
            Loggers = { "trx" },
            ResultsDirectory = artifacts.Combine("tests"),

            // The longest test takes four minutes. One that hangs ends the run, which names it.
            ArgumentCustomization = arguments => arguments.Append("--blame-hang-timeout 8m --blame-hang-dump-type none"),
        });
    });

// Seconds: what touches no disk and starts no program.
Task("Unit")
    .Does(() => DotNetTest("./Lakehouse.Tests", new DotNetTestSettings
    {
        Configuration = configuration,
        Filter = "FullyQualifiedName~Lakehouse.Tests.Unit",
    }));

Task("Format")
    .Does(() => DotNetFormat("./Lakehouse.sln", new DotNetFormatSettings { VerifyNoChanges = Argument("verify", false) }));

Task("Bench")
    .IsDependentOn("Build")
    .Does(() => DotNetRun("./Lakehouse.Bench", new ProcessArgumentBuilder().Append(Argument("bench", "all")), new DotNetRunSettings { Configuration = configuration, NoBuild = true }));

// One program and the engine's library, for a machine without .NET: dotnet cake --target=Publish --runtime=linux-x64
Task("Publish")
    .Does(() => DotNetPublish("./Lakehouse.Host", new DotNetPublishSettings
    {
        Configuration = configuration,
        Runtime = Argument("runtime", System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier),
        SelfContained = true,
        PublishSingleFile = true,
        PublishReadyToRun = true,
        OutputDirectory = artifacts.Combine("publish"),
    }));

RunTarget(target);
