// What React Native's own settings say, of which this needs the way its code is compiled.
module.exports = {
  projectRoot: __dirname,
  transformer: { babelTransformerPath: require.resolve("@react-native/metro-babel-transformer") },
};
